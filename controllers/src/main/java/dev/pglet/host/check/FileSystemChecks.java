package dev.pglet.host.check;

import dev.pglet.reconcile.HostCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The file systems that hold data: whether they can, and what a copy costs there. */
public final class FileSystemChecks {
  private static final long GOOD_FREE = 1L << 30;

  private final HostFiles files;

  public FileSystemChecks(HostFiles files) {
    this.files = files;
  }

  /**
   * One check for each file system, in the order of the places.
   *
   * @param data places that hold data alone, no programs
   */
  public List<HostCheck> of(List<Path> places, List<Path> data) {
    List<String> mounts = files.ofProcess("mountinfo");
    List<HostCheck> checks = new ArrayList<>();
    Set<Path> seen = new LinkedHashSet<>();
    for (Path place : Stream.concat(places.stream(), data.stream()).toList()) {
      Path there = existing(place);
      Optional<Mount> mount = real(there).flatMap(path -> Mount.of(path, mounts));
      if (mount.isEmpty()) {
        checks.add(
            HostCheck.warn(
                "file system",
                "nobody says on which file system %s is".formatted(place),
                "Make /proc/self/mountinfo and the directory readable; in a chroot mount the root onto itself"));
      } else if (seen.add(mount.get().point())) {
        checks.add(
            check(place, there.toFile().getUsableSpace(), mount.get(), !places.contains(place)));
      }
    }
    return checks;
  }

  static HostCheck check(Path place, long free, Mount mount, boolean data) {
    String found = "%s is on %s, %s".formatted(place, mount.type(), copies(mount.type()));
    if (mount.readOnly()) {
      return HostCheck.fail(
          "file system",
          found + "; it is mounted read-only",
          "Remount it (mount -o remount,rw %s), or choose another place".formatted(mount.point()));
    }
    if (mount.noExec() && !data) {
      return HostCheck.fail(
          "file system",
          found + "; it is mounted noexec, so that no binary can be run there",
          "Remount it (mount -o remount,exec %s), or choose another place"
              .formatted(mount.point()));
    }
    if (List.of("nfs", "nfs4", "cifs", "smb3", "9p").contains(mount.type())
        || mount.type().startsWith("fuse")) {
      return HostCheck.warn(
          "file system",
          found + "; locks and syncs of such a file system may not be what a database needs",
          "Choose a place on a disk of this host");
    }
    if (mount.type().equals("tmpfs")) {
      return HostCheck.warn(
          "file system",
          found + "; it is in memory, and gone when the host restarts",
          "Choose a place on a disk of this host");
    }
    return free < GOOD_FREE
        ? HostCheck.warn(
            "file system",
            "%s; %d MiB are free".formatted(found, free >> 20),
            "Free some space: a cluster grows by its WAL alone to 1 GiB")
        : HostCheck.ok("file system", "%s; %d GiB are free".formatted(found, free >> 30));
  }

  private static String copies(String type) {
    return switch (type) {
      case "btrfs", "bcachefs" -> "where copies share their blocks";
      case "xfs" -> "where copies share their blocks if it was made with reflink=1";
      case "zfs" -> "where copies share their blocks if the pool has block_cloning";
      default -> "where a branch is a full copy";
    };
  }

  private static Optional<Path> real(Path path) {
    try {
      return Optional.of(path.toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The path itself, or the nearest directory above that exists. */
  private static Path existing(Path path) {
    Path there = path.toAbsolutePath();
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }
}
