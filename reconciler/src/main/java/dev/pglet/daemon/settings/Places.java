package dev.pglet.daemon.settings;

import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where everything lies. All absolute.
 *
 * @param manifests the directory that is watched when {@code run} names none
 * @param manifestsChosen whether somebody chose it, rather than the default
 * @param dataRoot volumes, state, binaries, secrets
 * @param runDirectory the API socket and the servers' sockets
 */
public record Places(Path manifests, boolean manifestsChosen, Path dataRoot, Path runDirectory) {
  /** The longest socket below the run directory: of a server that is not open to clients yet. */
  private static final int SOCKET_NAME = "/01234567-private/.s.PGSQL.65535".length();

  /** The kernel's limit for the path of a Unix socket, without the final zero byte, less one. */
  private static final int LONGEST_SOCKET = 106;

  /** In bytes: with a longer one no server could be made. */
  public static final int LONGEST_RUN_DIRECTORY = LONGEST_SOCKET - SOCKET_NAME;

  static Places resolve(Sources sources) throws InvalidSpec {
    HostUser user = sources.user();
    Optional<Path> manifests = sources.path("--manifests", "PGLET_MANIFESTS", "manifests");
    Path dataRoot =
        sources.path("--data-root", "PGLET_DATA_ROOT", "dataRoot").orElse(defaultDataRoot(user));
    Optional<Path> run = sources.path("--run-directory", "PGLET_RUN_DIRECTORY", "runDirectory");
    Path runDirectory = run.isPresent() ? run.get() : defaultRunDirectory(user, dataRoot);
    requireShort(runDirectory);
    return new Places(
        manifests.orElse(user.configuration().resolve("manifests")),
        manifests.isPresent(),
        dataRoot,
        runDirectory);
  }

  private static Path defaultDataRoot(HostUser user) {
    if (user.isRoot()) {
      return Path.of("/var/lib/pglet");
    }
    String xdg = user.env("XDG_DATA_HOME");
    return (xdg.startsWith("/") ? Path.of(xdg) : user.home().resolve(".local/share"))
        .resolve("pglet");
  }

  /**
   * The host's run directory belongs to the default data root alone: another data root has its own
   * inside, so that several pglets never meet. Without a session's XDG_RUNTIME_DIR, as under cron
   * or su, it is looked for where the session manager makes it, so that all shells agree.
   */
  private static Path defaultRunDirectory(HostUser user, Path dataRoot) {
    if (!dataRoot.equals(defaultDataRoot(user))) {
      return dataRoot.resolve("run");
    }
    if (user.isRoot()) {
      return Path.of("/run/pglet");
    }
    String xdg = user.env("XDG_RUNTIME_DIR");
    Path runtime = Path.of(xdg.startsWith("/") ? xdg : "/run/user/" + user.uid());
    return isOwn(runtime, user) ? runtime.resolve("pglet") : dataRoot.resolve("run");
  }

  private static boolean isOwn(Path directory, HostUser user) {
    try {
      return Files.isDirectory(directory)
          && Files.isWritable(directory)
          && Files.getAttribute(directory, "unix:uid").equals(user.uid());
    } catch (IOException e) {
      return false;
    }
  }

  private static void requireShort(Path runDirectory) throws InvalidSpec {
    int length = runDirectory.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_RUN_DIRECTORY) {
      throw new InvalidSpec(
          "RunDirectoryTooLong",
          "runDirectory",
          "the run directory %s has %d bytes; the path of a Unix socket allows %d"
              .formatted(runDirectory, length, LONGEST_RUN_DIRECTORY),
          "Choose a shorter one with --run-directory or PGLET_RUN_DIRECTORY");
    }
  }
}
