package dev.pglet.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which file one is, however often it is written in place or moved. The number of a removed file is
 * soon given anew, to one that was born later. Where the file system knows no birth, Java gives the
 * time of the last change for it, and a file that was written is another one.
 *
 * @param number device and inode
 * @param birth in the file system's own resolution
 */
record FileIdentity(String number, String birth) {
  static FileIdentity of(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, "unix:dev,ino,creationTime", LinkOption.NOFOLLOW_LINKS);
    return new FileIdentity(
        attributes.get("dev") + ":" + attributes.get("ino"),
        String.valueOf(attributes.get("creationTime")));
  }
}
