package dev.pglet.host.binaries;

import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where a directory of binaries keeps its modules and its extensions: packagers differ. */
final class BinariesLayout {
  private static final Path DEBIAN = Path.of("lib/postgresql");

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
    List<Path> shares = new ArrayList<>();
    Path packages = directory.getParent();
    if (packages != null && packages.endsWith(DEBIAN)) {
      // usr/lib/postgresql/17 and usr/share/postgresql/17.
      shares.add(packages.resolve("../../share/postgresql/" + version.major()).normalize());
    }
    shares.addAll(
        List.of(
            directory.resolve("share/postgresql"),
            directory.resolve("share"),
            directory.resolve("share/pgsql"),
            directory.resolve("share/postgresql@" + version.major())));
    return new Binaries(version, directory, source, libraries, first(shares, "extension"));
  }

  private static Path first(List<Path> candidates, String content) {
    return candidates.stream()
        .filter(candidate -> Files.exists(candidate.resolve(content)))
        .findFirst()
        .orElse(candidates.getFirst());
  }
}
