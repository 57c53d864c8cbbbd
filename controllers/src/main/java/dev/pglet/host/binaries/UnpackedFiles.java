package dev.pglet.host.binaries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/**
 * The list of what was unpacked into a directory, with sizes, in a file there: so that binaries of
 * which something was removed or cut off later are not taken for whole. Stateless.
 */
final class UnpackedFiles {
  static final String NAME = "pglet-files.json";

  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private UnpackedFiles() {}

  /** Lists the files of a directory that is complete. */
  static void write(Path directory) throws IOException {
    ObjectNode list = JSON.createObjectNode().put("formatVersion", FORMAT);
    ObjectNode files = list.putObject("files");
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.put(directory.relativize(file).toString(), attributes.size());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    Files.write(directory.resolve(NAME), JSON.writeValueAsBytes(list));
  }

  /**
   * Whether all that was unpacked is there in its size: not what is in it, which would take longer
   * than a server's start. True for what an earlier pglet unpacked, which has no list.
   */
  static boolean complete(Path directory) {
    Path list = directory.resolve(NAME);
    if (Files.notExists(list)) {
      return true;
    }
    try {
      JsonNode files = JSON.readTree(Files.readAllBytes(list)).path("files");
      for (Map.Entry<String, JsonNode> file : files.properties()) {
        BasicFileAttributes found =
            Files.readAttributes(
                directory.resolve(file.getKey()),
                BasicFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        if (!found.isRegularFile() || found.size() != file.getValue().asLong()) {
          return false;
        }
      }
      return !files.isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
