package dev.pglet.host.check;

import dev.pglet.reconcile.HostCheck;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel tells in files.
 *
 * @param root of the file system: {@code /}, but in tests
 * @param process whose limits, mounts and control groups count: a process id, or {@code self}
 */
public record HostFiles(Path root, String process) {
  private static final String SELF = "self";

  /**
   * Of this host.
   *
   * @param daemon a process id, which counts where it can be looked at; else this process does
   */
  public static HostFiles ofHost(OptionalLong daemon) {
    return of(Path.of("/"), daemon);
  }

  static HostFiles of(Path root, OptionalLong daemon) {
    String process = daemon.isPresent() ? Long.toString(daemon.getAsLong()) : SELF;
    HostFiles files = new HostFiles(root, process);
    return files.ofProcess("limits").isEmpty() ? new HostFiles(root, SELF) : files;
  }

  /** Whose limits those are that the other checks judge. */
  public HostCheck whose(OptionalLong daemon) {
    if (daemon.isEmpty()) {
      return HostCheck.ok("limits", "those of this shell, as no daemon runs");
    }
    return process.equals(SELF)
        ? HostCheck.warn(
            "limits",
            "those of this shell, as /proc hides those of the daemon, pid " + daemon.getAsLong(),
            "Run this as the daemon's account or as root")
        : HostCheck.ok("limits", "those of the daemon, pid " + daemon.getAsLong());
  }

  /** The lines of a file of the process, such as {@code limits}. */
  List<String> ofProcess(String name) {
    return lines("proc/" + process + "/" + name);
  }

  /** The text of a file such as {@code proc/meminfo}; empty when it cannot be read. */
  Optional<String> text(String path) {
    // A number below proc/sys is told to the first read alone, and Files would read one byte first.
    byte[] buffer = new byte[1 << 16];
    StringBuilder text = new StringBuilder();
    try (InputStream in = new FileInputStream(root.resolve(path).toFile())) {
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
      return Optional.of(text.toString().strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  List<String> lines(String path) {
    return text(path).map(text -> text.lines().toList()).orElse(List.of());
  }

  /** A number alone in a file; empty for anything else, such as {@code max}. */
  OptionalLong number(String path) {
    return text(path).map(HostFiles::number0).orElse(OptionalLong.empty());
  }

  private static OptionalLong number0(String text) {
    // Larger ones, such as an unlimited shmmax, are as good as none.
    return text.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /** A line of {@code proc/meminfo}, in the unit that is written there. */
  OptionalLong memory(String name) {
    return lines("proc/meminfo").stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> number0(line.substring(name.length() + 1).replace("kB", "").strip()))
        .findFirst()
        .orElse(OptionalLong.empty());
  }
}
