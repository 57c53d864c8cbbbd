package dev.pglet.host.process;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code /proc} says of processes. Spawns nothing. A process that is gone, or that the kernel
 * hides from this account, is empty. Stateless.
 */
public final class ProcessFacts {
  private static final Path PROC = Path.of("/proc");
  private static final String DELETED = " (deleted)";
  private static final String IDENTITY = "unix:dev,ino";

  /** Ticks of a second in /proc: USER_HZ, which is 100 on x86-64 and arm64. */
  private static final long TICKS_PER_SECOND = 100;

  private ProcessFacts() {}

  /** The start of a living process, in ticks since boot; a zombie is not living. */
  public static OptionalLong startTicks(long pid) {
    String stat;
    try {
      stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
    // Field 2 is the name in parentheses and may hold anything: count from the last one.
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return OptionalLong.empty();
    }
    String[] fields = stat.substring(name + 1).strip().split(" ", -1);
    char state = fields[0].charAt(0);
    return state == 'Z' || state == 'X' || state == 'x'
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(fields[19]));
  }

  /** Whether exactly that process still lives. */
  public static boolean lives(long pid, long startTicks) {
    OptionalLong found = startTicks(pid);
    return found.isPresent() && found.getAsLong() == startTicks;
  }

  /** The real path of the working directory. */
  public static Optional<Path> workingDirectory(long pid) {
    return link(PROC.resolve(pid + "/cwd"));
  }

  /** The executable's file name, also when the file was replaced since. */
  public static Optional<String> executable(long pid) {
    return link(PROC.resolve(pid + "/exe"))
        .map(Path::getFileName)
        .map(Path::toString)
        .map(n -> n.endsWith(DELETED) ? n.substring(0, n.length() - DELETED.length()) : n);
  }

  /** The name of the program, at most 15 characters. */
  public static Optional<String> command(long pid) {
    try {
      return Optional.of(
          Files.readString(PROC.resolve(pid + "/comm"), StandardCharsets.ISO_8859_1).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Every process that has an open file whose link in {@code /proc/PID/fd} reads so. */
  public static List<Long> holdersOf(String link) {
    List<Long> holders = new ArrayList<>();
    for (long pid : all()) {
      if (holds(pid, link)) {
        holders.add(pid);
      }
    }
    return holders;
  }

  /**
   * Every process whose working directory is that directory itself, by whatever path it knows it,
   * in a container, too.
   */
  public static List<Long> workingIn(Path directory) throws IOException {
    Map<String, Object> wanted = Files.readAttributes(directory, IDENTITY);
    List<Long> found = new ArrayList<>();
    for (long pid : all()) {
      try {
        if (Files.readAttributes(PROC.resolve(pid + "/cwd"), IDENTITY).equals(wanted)) {
          found.add(pid);
        }
      } catch (IOException e) {
        // Gone, or hidden from this account.
      }
    }
    return found;
  }

  /** The oldest of the processes: the one that the others come from. */
  public static OptionalLong oldest(List<Long> pids) {
    long oldest = 0;
    long ticks = Long.MAX_VALUE;
    for (long pid : pids) {
      long start = startTicks(pid).orElse(Long.MAX_VALUE);
      if (start < ticks) {
        oldest = pid;
        ticks = start;
      }
    }
    return oldest == 0 ? OptionalLong.empty() : OptionalLong.of(oldest);
  }

  public static String bootId() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  /** When a process began, in epoch milliseconds, from its start ticks. */
  public static long startTime(long startTicks) throws IOException {
    for (String line : Files.readAllLines(PROC.resolve("stat"))) {
      if (line.startsWith("btime ")) {
        return Long.parseLong(line.substring(6).strip()) * 1000
            + startTicks * 1000 / TICKS_PER_SECOND;
      }
    }
    throw new IOException("/proc/stat has no btime");
  }

  private static boolean holds(long pid, String wanted) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path file : files) {
        if (link(file).map(Path::toString).filter(wanted::equals).isPresent()) {
          return true;
        }
      }
    } catch (IOException e) {
      // Gone, or hidden from this account.
    }
    return false;
  }

  private static List<Long> all() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        pids.add(Long.parseLong(requireNonNull(entry.getFileName()).toString()));
      }
    } catch (IOException e) {
      return List.of();
    }
    return pids;
  }

  private static Optional<Path> link(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
