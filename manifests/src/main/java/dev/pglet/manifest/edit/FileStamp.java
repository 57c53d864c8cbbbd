package dev.pglet.manifest.edit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What the file system says of a file. Two equal stamps of one path mean the same file with the
 * same content, unless both were taken within the resolution of the file system's clock.
 *
 * @param mode type and permission bits, as {@code stat(2)} gives them
 */
public record FileStamp(
    long device,
    long inode,
    long size,
    Instant modified,
    Instant changed,
    int mode,
    int owner,
    int group) {
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int LINK = 0120000;

  /** The stamp of the path itself; a symbolic link is not followed. */
  public static FileStamp of(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(
            path,
            "unix:dev,ino,size,lastModifiedTime,ctime,mode,uid,gid",
            LinkOption.NOFOLLOW_LINKS);
    return new FileStamp(
        (Long) value(attributes, "dev"),
        (Long) value(attributes, "ino"),
        (Long) value(attributes, "size"),
        ((FileTime) value(attributes, "lastModifiedTime")).toInstant(),
        ((FileTime) value(attributes, "ctime")).toInstant(),
        (Integer) value(attributes, "mode"),
        (Integer) value(attributes, "uid"),
        (Integer) value(attributes, "gid"));
  }

  private static Object value(Map<String, Object> attributes, String name) {
    Object value = attributes.get(name);
    if (value == null) {
      throw new IllegalStateException("the file system does not say " + name);
    }
    return value;
  }

  public boolean isRegularFile() {
    return (mode & TYPE) == REGULAR;
  }

  public boolean isDirectory() {
    return (mode & TYPE) == DIRECTORY;
  }

  public boolean isLink() {
    return (mode & TYPE) == LINK;
  }

  /** The permission bits alone. */
  public int permissions() {
    return mode & 07777;
  }

  public boolean isSameFile(FileStamp other) {
    return device == other.device && inode == other.inode;
  }

  /** How long nobody has changed the file; negative when a change is dated in the future. */
  public Duration quietFor(Instant now) {
    return Duration.between(modified.isAfter(changed) ? modified : changed, now);
  }
}
