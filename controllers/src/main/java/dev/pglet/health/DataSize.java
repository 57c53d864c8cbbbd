package dev.pglet.health;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How large a data directory is.
 *
 * @param bytes of all of its files
 * @param databases bytes by the oid of the database
 */
public record DataSize(long bytes, Map<Long, Long> databases) {
  public DataSize {
    databases = Map.copyOf(databases);
  }

  /** Adds up the files. */
  static DataSize walk(Path data) throws IOException {
    Path base = data.resolve("base");
    long[] bytes = new long[1];
    Map<Long, Long> databases = new HashMap<>();
    Files.walkFileTree(
        data,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              bytes[0] += attributes.size();
              Path directory = file.getParent();
              if (directory != null && base.equals(directory.getParent())) {
                String oid = String.valueOf(directory.getFileName());
                if (oid.matches("[0-9]{1,10}")) {
                  databases.merge(Long.parseLong(oid), attributes.size(), Long::sum);
                }
              }
            }
            return FileVisitResult.CONTINUE;
          }

          // A running server removes files all the time.
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(data)) {
              throw e;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return new DataSize(bytes[0], databases);
  }
}
