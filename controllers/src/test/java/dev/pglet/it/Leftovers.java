package dev.pglet.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What there is on the host: the files of a data root, and processes. */
final class Leftovers {
  private Leftovers() {}

  /**
   * Every path of a data root, in order, but what is inside of data directories and of unpacked
   * binaries, and the reserve and kept clusters, which are made by the way. A marker's shows its
   * phase, too.
   *
   * @param names what to call random parts of the paths, by regular expression
   */
  static List<String> files(Path dataRoot, Map<String, String> names) throws IOException {
    List<String> paths = new ArrayList<>();
    Files.walkFileTree(
        dataRoot,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            if (directory.equals(dataRoot.resolve("clusters"))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            add(directory);
            return (directory.endsWith("data") && !directory.equals(dataRoot))
                    || directory.equals(dataRoot.resolve("binaries"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!file.endsWith("volumes/reserve")) {
              add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          private void add(Path path) throws IOException {
            String shown =
                dataRoot
                    .relativize(path)
                    .toString()
                    .replaceAll("/server-[0-9a-f]{16}\\.", "/server-CERTIFICATE.");
            for (Map.Entry<String, String> name : names.entrySet()) {
              shown = shown.replaceAll(name.getKey(), name.getValue());
            }
            boolean marker = path.toString().matches(".*/meta/[^/]*\\.json");
            paths.add(marker ? shown + " " + phase(path) : shown);
          }
        });
    Collections.sort(paths);
    return paths;
  }

  private static String phase(Path marker) throws IOException {
    return new ObjectMapper().readTree(marker.toFile()).path("phase").asText();
  }

  /** Every path below a directory that changes meanwhile. */
  static List<Path> paths(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    if (Files.notExists(directory)) {
      return paths;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
            paths.add(each);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            paths.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return paths;
  }

  /** The postmasters of a data directory: those processes that were started with it. */
  static Set<Long> postmasters(Path dataDirectory) {
    Set<Long> pids = new TreeSet<>();
    ProcessHandle.allProcesses()
        .filter(process -> isServer(process.pid(), dataDirectory))
        // A child that has just been forked has its title not yet.
        .filter(
            process -> process.parent().filter(by -> isServer(by.pid(), dataDirectory)).isEmpty())
        .forEach(process -> pids.add(process.pid()));
    return pids;
  }

  private static boolean isServer(long pid, Path dataDirectory) {
    try {
      // A child has its own title, such as "postgres: checkpointer".
      String[] words = Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1);
      return words[0].endsWith("/postgres")
          && Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).equals(dataDirectory);
    } catch (IOException e) {
      return false;
    }
  }
}
