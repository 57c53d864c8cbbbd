package dev.pglet.daemon.settings;

import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whoever can write the settings of a root daemon, or put another file in their place, is root. */
final class TrustedFile {
  private static final int WRITABLE_BY_OTHERS = 022;
  private static final int STICKY = 01000;

  private TrustedFile() {}

  /**
   * Looks at the file behind all links and at every directory above it.
   *
   * @throws InvalidSpec when others than root, or the user of this process, can change it
   */
  static void require(Path file) throws InvalidSpec {
    try {
      Path real = file.toRealPath();
      int self = uid(Path.of("/proc/self"));
      for (Path path = real; path != null; path = path.getParent()) {
        int mode = (int) Files.getAttribute(path, "unix:mode");
        int owner = uid(path);
        boolean shared =
            (mode & WRITABLE_BY_OTHERS) != 0 && (path.equals(real) || (mode & STICKY) == 0);
        if (shared || (owner != 0 && owner != self)) {
          throw untrusted(file, path, owner);
        }
      }
    } catch (IOException e) {
      throw new InvalidSpec(
          "SettingsFileUnreadable",
          "",
          "looking who can write %s: %s".formatted(file, e),
          "Make it readable for root",
          e);
    }
  }

  private static int uid(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:uid");
  }

  private static InvalidSpec untrusted(Path file, Path path, int owner) {
    return new InvalidSpec(
        "UntrustedSettings",
        "",
        "%s is not read: others than root can change %s (owner uid %d), and with it what root does"
            .formatted(file, path, owner),
        "Run chown root:root %1$s and chmod go-w %1$s, or name another file with --config"
            .formatted(path));
  }
}
