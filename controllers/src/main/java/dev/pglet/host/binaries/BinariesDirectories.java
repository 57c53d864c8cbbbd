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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Directories that hold {@code bin/postgres}: the layouts of Debian, RHEL and Homebrew, and PATH. A
 * binary is asked for its version once, as the server account, and again when its file has changed.
 * Thread-safe.
 */
final class BinariesDirectories {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Pattern VERSION =
      Pattern.compile("postgres \\(PostgreSQL\\) (\\d+)\\.(\\d+).*", Pattern.DOTALL);

  private final CommandRunner commands;
  private final ServerAccount account;
  private final Path root;
  private final String path;
  private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

  private record Seen(FileTime modified, long size, Optional<PostgresVersion> version) {}

  /** Those of this host. */
  BinariesDirectories(CommandRunner commands, ServerAccount account) {
    this(commands, account, Path.of("/"), System.getenv().getOrDefault("PATH", ""));
  }

  /**
   * Those of a host.
   *
   * @param root where its file system begins
   * @param path its PATH
   */
  BinariesDirectories(CommandRunner commands, ServerAccount account, Path root, String path) {
    this.commands = commands;
    this.account = account;
    this.root = root;
    this.path = path;
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
      if (known == null || !known.modified().equals(modified) || known.size() != size) {
        known = new Seen(modified, size, ask(postgres));
        seen.put(postgres, known);
      }
      return known.version();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<PostgresVersion> ask(Path postgres) {
    try {
      Result result =
          commands.run(Invocation.of(DEADLINE, postgres.toString(), "--version").as(account));
      Matcher matcher = VERSION.matcher(result.stdout());
      return result.exitCode() == 0 && matcher.matches()
          ? Optional.of(
              new PostgresVersion(
                  Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
          : Optional.empty();
    } catch (HostUnavailable e) {
      // Binaries that cannot be run are no binaries; whoever needs them says what is missing.
      return Optional.empty();
    }
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
