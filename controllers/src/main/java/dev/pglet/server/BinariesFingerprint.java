package dev.pglet.server;

import dev.pglet.host.postgres.Binaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells whether binaries or what is installed beside them have changed: what they refused may be
 * accepted then. Costs a few looks at the file system and no process.
 */
final class BinariesFingerprint {
  private BinariesFingerprint() {}

  static String of(Binaries binaries) {
    StringBuilder print = new StringBuilder(binaries.version().toString());
    // A package that brings a library or an extension changes its directory.
    for (Path path :
        List.of(
            Path.of(binaries.bin("postgres")),
            binaries.libraries(),
            binaries.share().resolve("extension"))) {
      print.append('/').append(changed(path));
    }
    return print.toString();
  }

  private static long changed(Path path) {
    try {
      return Files.getLastModifiedTime(path).toMillis();
    } catch (IOException e) {
      // Not there, or not to be seen: that it is one day is a change, too.
      return 0;
    }
  }
}
