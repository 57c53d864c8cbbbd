package dev.pglet.host.binaries;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.HostUnavailable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Directories that hold {@code bin/postgres}: the layouts of Debian, RHEL and Homebrew, and PATH. A
 * binary is asked for its version, as the server account, until it says it, and again when its file
 * has changed. Thread-safe.
 */
final class BinariesDirectories {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** Not at each pass of each instance, while nothing changes. */
  private static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

  private static final Pattern VERSION =
      Pattern.compile("postgres \\(PostgreSQL\\) (\\d+)\\.(\\d+).*", Pattern.DOTALL);

  private final CommandRunner commands;
  private final ServerAccount account;
  private final Path root;
  private final String path;
  private final LongSupplier nanoTime;
  private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

  /** What a binary has said; or why it says nothing, which may be otherwise the next time. */
  private record Seen(
      FileTime modified, long size, Optional<PostgresVersion> version, String silence, long at) {}

  /** Those of this host. */
  BinariesDirectories(CommandRunner commands, ServerAccount account) {
    this(
        commands,
        account,
        Path.of("/"),
        System.getenv().getOrDefault("PATH", ""),
        System::nanoTime);
  }

  /**
   * Those of a host.
   *
   * @param root where its file system begins
   * @param path its PATH
   * @param nanoTime how long ago is measured by this
   */
  BinariesDirectories(
      CommandRunner commands,
      ServerAccount account,
      Path root,
      String path,
      LongSupplier nanoTime) {
    this.commands = commands;
    this.account = account;
    this.root = root;
    this.path = path;
    this.nanoTime = nanoTime;
  }

  /** The same, asked as another account. */
  BinariesDirectories as(ServerAccount other) {
    return new BinariesDirectories(commands, other, root, path, nanoTime);
  }

  /** The binaries of the system, in the order in which their directories are looked at. */
  List<Binaries> ofSystem() {
    List<Binaries> found = new ArrayList<>();
    for (Path directory : candidates()) {
      version(directory)
          .ifPresent(version -> found.add(BinariesLayout.of(directory, version, "system")));
    }
    return found;
  }

  /** The version of the binaries in a directory; empty when there are none that can be run. */
  Optional<PostgresVersion> version(Path directory) {
    Path postgres = directory.resolve("bin/postgres");
    try {
      FileTime modified = Files.getLastModifiedTime(postgres);
      long size = Files.size(postgres);
      Seen known = seen.get(postgres);
      if (known == null
          || (known.version().isEmpty()
              && nanoTime.getAsLong() - known.at() >= ASKED_AGAIN_AFTER.toNanos())
          || !known.modified().equals(modified)
          || known.size() != size) {
        known = ask(postgres, modified, size);
        seen.put(postgres, known);
      }
      return known.version();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Why the system's binaries of a major version, by the name of their directory, said nothing when
   * they were asked last; empty when there are none such.
   */
  Optional<String> silence(int major) {
    for (Path directory : candidates()) {
      Seen known = seen.get(directory.resolve("bin/postgres"));
      if (known != null
          && known.version().isEmpty()
          && directory.getFileName().toString().matches("(.*[-@])?" + major)) {
        return Optional.of(known.silence());
      }
    }
    return Optional.empty();
  }

  private Seen ask(Path postgres, FileTime modified, long size) {
    String silence;
    try {
      Result result =
          commands.run(Invocation.of(DEADLINE, postgres.toString(), "--version").as(account));
      Matcher matcher = VERSION.matcher(result.stdout());
      if (result.exitCode() == 0 && matcher.matches()) {
        PostgresVersion version =
            new PostgresVersion(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        return new Seen(modified, size, Optional.of(version), "", nanoTime.getAsLong());
      }
      silence =
          "%s --version, run as %s, ends with %d: %s"
              .formatted(
                  postgres,
                  account.name(),
                  result.exitCode(),
                  (result.stderr() + " " + result.stdout()).strip());
    } catch (HostUnavailable e) {
      silence = "%s --version, run as %s: %s".formatted(postgres, account.name(), e.getMessage());
    }
    return new Seen(modified, size, Optional.empty(), silence, nanoTime.getAsLong());
  }

  private Set<Path> candidates() {
    Set<Path> candidates = new LinkedHashSet<>();
    below(root.resolve("usr/lib/postgresql"), "").forEach(candidates::add);
    below(root.resolve("usr"), "pgsql-").forEach(candidates::add);
    below(root.resolve("home/linuxbrew/.linuxbrew/opt"), "postgresql@").forEach(candidates::add);
    for (String entry : path.split(File.pathSeparator, -1)) {
      Path postgres = Path.of(entry).resolve("postgres");
      if (!entry.isEmpty() && Files.isExecutable(postgres)) {
        home(postgres).ifPresent(candidates::add);
      }
    }
    return candidates;
  }

  private static List<Path> below(Path parent, String prefix) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(child -> child.getFileName().toString().startsWith(prefix))
          .filter(child -> Files.isExecutable(child.resolve("bin/postgres")))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The directory that holds {@code bin/postgres}, behind links. */
  private static Optional<Path> home(Path postgres) {
    try {
      Path bin = postgres.toRealPath().getParent();
      return bin != null && bin.endsWith("bin")
          ? Optional.ofNullable(bin.getParent())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
