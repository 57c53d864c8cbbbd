package dev.pglet.host.check;

import dev.pglet.reconcile.HostCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shared memory, limits of processes, overcommit, huge pages. */
public final class KernelChecks {
  /** A server asks for one segment of a few bytes, to find another on the same data. */
  private static final long LEAST_SEGMENT = 4096;

  /** Parallel queries and {@code CREATE INDEX} share memory there. */
  private static final long GOOD_SHARED_MEMORY = 256L << 20;

  /** A server needs some dozens, and uses {@code max_files_per_process} (1000) of each process. */
  private static final long LEAST_FILES = 256;

  private static final long GOOD_FILES = 4096;

  /** A server with 100 connections, and no more than that. */
  private static final long GOOD_PROCESSES = 512;

  /** What a small server commits. */
  private static final long GOOD_COMMIT = 512L << 10;

  private static final Pattern SIZE = Pattern.compile("(?:^|,)size=([0-9]+)k(?:,|$)");

  private final HostFiles files;

  public KernelChecks(HostFiles files) {
    this.files = files;
  }

  /**
   * All of them.
   *
   * @param hugePages names of resources that cannot start without huge pages
   */
  public List<HostCheck> all(List<String> hugePages) {
    List<HostCheck> checks = new ArrayList<>();
    checks.add(segments());
    checks.add(sharedMemory());
    checks.add(limit("open files", "Max open files", LEAST_FILES, GOOD_FILES, "nofile"));
    checks.add(limit("processes", "Max processes", 64, GOOD_PROCESSES, "nproc"));
    checks.add(overcommit());
    checks.add(hugePages(hugePages));
    return checks;
  }

  private HostCheck segments() {
    OptionalLong largest = files.number("proc/sys/kernel/shmmax");
    if (largest.isPresent() && largest.getAsLong() < LEAST_SEGMENT) {
      return HostCheck.fail(
          "shm segments",
          "kernel.shmmax is %d, and each server needs one segment".formatted(largest.getAsLong()),
          "Run: sysctl kernel.shmmax=18446744073692774399");
    }
    OptionalLong many = files.number("proc/sys/kernel/shmmni");
    if (many.isPresent() && many.getAsLong() < 16) {
      return HostCheck.warn(
          "shm segments",
          "kernel.shmmni is %d, and each server needs one segment".formatted(many.getAsLong()),
          "Run: sysctl kernel.shmmni=4096");
    }
    return HostCheck.ok(
        "shm segments",
        many.isPresent() ? "up to %d servers".formatted(many.getAsLong()) : "not limited");
  }

  private HostCheck sharedMemory() {
    for (String line : files.ofProcess("mountinfo")) {
      Mount mount = Mount.parse(line).orElse(Mount.NONE);
      if (mount.point().toString().equals("/dev/shm")) {
        Matcher size = SIZE.matcher(mount.superOptions());
        if (!size.find()) {
          return HostCheck.ok("/dev/shm", mount.type() + " of the usual size");
        }
        long bytes = Long.parseLong(size.group(1)) << 10;
        String found = "%d MiB".formatted(bytes >> 20);
        return bytes < GOOD_SHARED_MEMORY
            ? HostCheck.warn(
                "/dev/shm",
                found + ": parallel queries may not get the memory that they share",
                "Run: mount -o remount,size=1G /dev/shm (a container: --shm-size=1g)")
            : HostCheck.ok("/dev/shm", found);
      }
    }
    return HostCheck.warn(
        "/dev/shm",
        "nothing is mounted there: servers share memory in files of the directory above",
        "Mount it: mount -t tmpfs -o mode=1777 tmpfs /dev/shm");
  }

  /** The hard limit: the JVM, and so every server, has raised the other to it. */
  private HostCheck limit(String subject, String name, long least, long good, String option) {
    for (String line : files.ofProcess("limits")) {
      if (line.startsWith(name)) {
        String[] columns = line.substring(name.length()).strip().split(" +", -1);
        String hard = columns.length > 1 ? columns[1] : "unlimited";
        if (hard.equals("unlimited") || Long.parseLong(hard) >= good) {
          return HostCheck.ok(subject, hard);
        }
        String remedy =
            "Raise it: ulimit -H%s, Limit%s= of the systemd unit, or /etc/security/limits.conf (%s)"
                .formatted(
                    option.equals("nofile") ? "n" : "u",
                    option.equals("nofile") ? "NOFILE" : "NPROC",
                    option);
        String found = "at most %s; %d are good".formatted(hard, good);
        return Long.parseLong(hard) < least
            ? HostCheck.fail(subject, found, remedy)
            : HostCheck.warn(subject, found, remedy);
      }
    }
    return HostCheck.ok(subject, "not limited");
  }

  private HostCheck overcommit() {
    OptionalLong mode = files.number("proc/sys/vm/overcommit_memory");
    OptionalLong limit = files.memory("CommitLimit");
    OptionalLong committed = files.memory("Committed_AS");
    if (mode.isEmpty()) {
      return HostCheck.ok("overcommit", "the kernel does not say");
    }
    if (mode.getAsLong() != 2 || limit.isEmpty() || committed.isEmpty()) {
      return HostCheck.ok(
          "overcommit",
          "vm.overcommit_memory is %d: when memory runs out, the kernel ends processes"
              .formatted(mode.getAsLong()));
    }
    long left = limit.getAsLong() - committed.getAsLong();
    String found =
        "vm.overcommit_memory is 2, and %d MiB can still be committed"
            .formatted(Math.max(0, left >> 10));
    return left < GOOD_COMMIT
        ? HostCheck.warn(
            "overcommit",
            found + ": servers may fail to start or to fork",
            "Raise vm.overcommit_ratio or add swap")
        : HostCheck.ok("overcommit", found);
  }

  private HostCheck hugePages(List<String> wanted) {
    long all = files.memory("HugePages_Total").orElse(0);
    long free = files.memory("HugePages_Free").orElse(0);
    long kilobytes = files.memory("Hugepagesize").orElse(0);
    if (!wanted.isEmpty() && free == 0) {
      return HostCheck.fail(
          "huge pages",
          "none is free of %d, and huge_pages = on of %s needs some"
              .formatted(all, String.join(", ", wanted)),
          "Reserve some (sysctl vm.nr_hugepages=N; N is shared_buffers / %d kB and a tenth more), or set huge_pages to try"
              .formatted(Math.max(kilobytes, 2048)));
    }
    return HostCheck.ok(
        "huge pages",
        all == 0
            ? "none reserved: servers use ordinary pages"
            : "%d of %d free, each %d kB".formatted(free, all, kilobytes));
  }
}
