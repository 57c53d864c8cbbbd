package dev.pglet.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * Which directories a root was read from: one that has taken the place of another is not the same.
 *
 * @param text {@code device:inode} of each, and {@code :birth} where that is known, separated by
 *     spaces
 */
public record Origin(String text) {
  /** No directory, or one without a manifest. */
  static final Origin NONE = new Origin("none");

  static Origin of(Path directory) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(
            directory, "unix:dev,ino,creationTime,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
    FileTime birth = (FileTime) attributes.get("creationTime");
    String identity = attributes.get("dev") + ":" + attributes.get("ino");
    // Java gives the time of the last change for a birth that the file system does not know.
    return birth == null || birth.equals(attributes.get("lastModifiedTime"))
        ? new Origin(identity)
        : new Origin(identity + ":" + nanos(birth.toInstant()));
  }

  private static String nanos(Instant birth) {
    return birth.getEpochSecond() + "." + birth.getNano();
  }

  Origin and(Origin other) {
    return new Origin(text + " " + other.text);
  }

  /** Whether nothing tells them apart: the number of a removed directory is soon given anew. */
  public boolean isSame(Origin other) {
    String[] mine = text.split(" ", -1);
    String[] others = other.text.split(" ", -1);
    if (mine.length != others.length) {
      return false;
    }
    for (int i = 0; i < mine.length; i++) {
      if (!mine[i].equals(others[i])
          && !mine[i].startsWith(others[i] + ":")
          && !others[i].startsWith(mine[i] + ":")) {
        return false;
      }
    }
    return true;
  }
}
