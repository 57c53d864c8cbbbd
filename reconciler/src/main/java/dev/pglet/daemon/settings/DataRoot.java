package dev.pglet.daemon.settings;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Makes the directories of a data root, and checks that servers can live there. */
public final class DataRoot {
  /** What a first instance needs: unpacked binaries, a new cluster, and room to work. */
  public static final long LEAST_FREE = 256L << 20;

  private DataRoot() {}

  /**
   * Creates what is missing.
   *
   * @param root whether this process is root: then the servers' account must be able to enter
   * @return warnings for people
   * @throws HostUnavailable when nothing could run there
   */
  public static List<String> prepare(Settings settings, boolean root) throws HostUnavailable {
    Path data = settings.dataRoot();
    boolean fresh = Files.notExists(settings.state());
    create(data, root);
    create(settings.runDirectory(), root);
    requireExecutable(data);
    // Not from a FileStore, which wants the mount table to name the root: in a chroot it may not.
    return requireSpace(data, data.toFile().getUsableSpace(), fresh);
  }

  private static void create(Path directory, boolean root) throws HostUnavailable {
    try {
      if (!Files.isDirectory(directory)) {
        Path parent = directory.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(directory);
        // The servers' account must enter, and nobody may list.
        Files.setPosixFilePermissions(
            directory, PosixFilePermissions.fromString(root ? "rwx--x--x" : "rwx------"));
      }
      Path probe = Files.createTempFile(directory, ".probe", "");
      Files.delete(probe);
    } catch (IOException e) {
      throw new HostUnavailable(
          "DirectoryUnwritable",
          "%s cannot be written: %s".formatted(directory, e),
          "Make it writable for this user, or choose another place with --data-root or"
              + " --run-directory",
          e);
    }
  }

  /**
   * That programs can be run from there.
   *
   * @param data an existing directory
   */
  public static void requireExecutable(Path data) throws HostUnavailable {
    try {
      List<String> mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
      if (isNoExec(mounts, data.toRealPath())) {
        throw new HostUnavailable(
            "NoExec",
            "%s is on a file system mounted noexec, so servers unpacked there cannot run"
                .formatted(data),
            "Remount it with exec, or choose another place with --data-root");
      }
    } catch (IOException e) {
      throw new HostUnavailable(
          "MountsUnreadable",
          "cannot find out how %s is mounted: %s".formatted(data, e),
          "Make /proc/self/mountinfo readable",
          e);
    }
  }

  /** By the last mount whose mount point is the longest that holds the path. */
  static boolean isNoExec(List<String> mountinfo, Path path) {
    int longest = -1;
    boolean noExec = false;
    for (String line : mountinfo) {
      String[] fields = line.split(" ", 7);
      if (fields.length < 6) {
        continue;
      }
      Path point = Path.of(fields[4].replace("\\040", " "));
      if (path.startsWith(point) && point.getNameCount() >= longest) {
        longest = point.getNameCount();
        noExec = List.of(fields[5].split(",", -1)).contains("noexec");
      }
    }
    return noExec;
  }

  /** A daemon that has servers to look after starts even then; one that would begin does not. */
  static List<String> requireSpace(Path data, long free, boolean fresh) throws HostUnavailable {
    if (free >= LEAST_FREE) {
      return List.of();
    }
    String message =
        "%s has only %d MiB free; a first server needs %d MiB"
            .formatted(data, free >> 20, LEAST_FREE >> 20);
    if (fresh) {
      throw new HostUnavailable(
          "DiskFull", message, "Free some space, or choose another place with --data-root");
    }
    return List.of(message);
  }
}
