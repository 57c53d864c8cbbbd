package dev.pglet.host.binaries;

import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where a directory of binaries keeps its modules and its extensions: packagers differ. */
final class BinariesLayout {
  private BinariesLayout() {}

  static Binaries of(Path directory, PostgresVersion version, String source) {
    Path libraries =
        first(
            List.of(
                directory.resolve("lib"),
                directory.resolve("lib/postgresql"),
                directory.resolve("lib64/pgsql"),
                directory.resolve("lib/pgsql")),
            "plpgsql.so");
    Path share =
        first(
            List.of(
                Path.of("/usr/share/postgresql/" + version.major()),
                directory.resolve("share/postgresql"),
                directory.resolve("share"),
                directory.resolve("share/pgsql"),
                directory.resolve("share/postgresql@" + version.major())),
            "extension");
    return new Binaries(
        version,
        directory,
        source,
        libraries,
        directory.startsWith("/usr") ? share : own(directory, share));
  }

  /** The share of Debian's packages belongs to Debian's binaries only. */
  private static Path own(Path directory, Path share) {
    return share.startsWith(directory)
        ? share
        : first(
            List.of(directory.resolve("share/postgresql"), directory.resolve("share")),
            "extension");
  }

  private static Path first(List<Path> candidates, String content) {
    return candidates.stream()
        .filter(candidate -> Files.exists(candidate.resolve(content)))
        .findFirst()
        .orElse(candidates.getFirst());
  }
}
