package dev.pglet.daemon.settings;

import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Who runs this process, and where.
 *
 * @param environment the process's environment
 * @param workingDirectory absolute; relative paths of flags and {@code PGLET_*} start here
 */
public record HostUser(int uid, Path home, Path workingDirectory, Map<String, String> environment) {
  public HostUser {
    environment = Map.copyOf(environment);
  }

  /**
   * Of this process.
   *
   * @throws HostUnavailable when the host is not one that pglet runs on
   */
  public static HostUser current() throws HostUnavailable {
    requireSupported(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    try {
      int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      return new HostUser(
          uid,
          Path.of(System.getProperty("user.home", "/")),
          Path.of("").toAbsolutePath(),
          System.getenv());
    } catch (IOException e) {
      throw new HostUnavailable(
          "ProcUnreadable",
          "cannot read /proc/self: " + e.getMessage(),
          "pglet needs /proc: mount it",
          e);
    }
  }

  /** Anywhere else its way of watching, locking and stopping servers would not hold. */
  static void requireSupported(String system, String architecture) throws HostUnavailable {
    boolean supported =
        system.toLowerCase(Locale.ROOT).equals("linux")
            && switch (architecture) {
              case "amd64", "x86_64", "aarch64", "arm64" -> true;
              default -> false;
            };
    if (!supported) {
      throw new HostUnavailable(
          "UnsupportedHost",
          "pglet runs on Linux on x86-64 and arm64 only; this is %s on %s"
              .formatted(system, architecture),
          "Run it on such a host, or in a Linux virtual machine");
    }
  }

  public boolean isRoot() {
    return uid == 0;
  }

  String env(String name) {
    return environment.getOrDefault(name, "");
  }

  /**
   * The settings file, which need not exist.
   *
   * @param flags the values of global options by their name
   */
  Path settingsFile(Map<String, String> flags) {
    String named = namedSettingsFile(flags);
    return named.isEmpty()
        ? configuration().resolve("pglet.yaml")
        : workingDirectory.resolve(named);
  }

  /** The one that a flag or the environment names; empty: none. */
  String namedSettingsFile(Map<String, String> flags) {
    return flags.getOrDefault("--config", env("PGLET_CONFIG"));
  }

  /**
   * Jars with further kinds, beside the settings file.
   *
   * @param flags the values of global options by their name
   */
  public Path plugins(Map<String, String> flags) {
    return settingsFile(flags).resolveSibling("plugins");
  }

  /** Where configuration lies that belongs to this user. */
  Path configuration() {
    if (isRoot()) {
      return Path.of("/etc/pglet");
    }
    String xdg = env("XDG_CONFIG_HOME");
    return (xdg.startsWith("/") ? Path.of(xdg) : home.resolve(".config")).resolve("pglet");
  }
}
