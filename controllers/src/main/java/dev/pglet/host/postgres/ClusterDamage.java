package dev.pglet.host.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What no cluster can be without. Stateless. */
final class ClusterDamage {
  private static final String CONTROL = "global/pg_control";

  /** Every cluster has them from initdb on, and none is ever removed. */
  private static final List<String> ALWAYS =
      List.of(
          "PG_VERSION",
          CONTROL,
          "global/pg_filenode.map",
          "base/1/PG_VERSION",
          "base/1/pg_filenode.map",
          "pg_wal");

  private ClusterDamage() {}

  static Optional<String> of(Path data) {
    for (String name : ALWAYS) {
      // What cannot be looked at is not called missing.
      if (Files.notExists(data.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        return Optional.of("the data directory %s is damaged: %s is missing".formatted(data, name));
      }
    }
    try {
      return ControlFile.plausible(data)
          ? Optional.empty()
          : Optional.of(
              "the data directory %s is damaged: %s was overwritten".formatted(data, CONTROL));
    } catch (IOException e) {
      return Optional.of("the data directory %s is damaged: %s".formatted(data, e.getMessage()));
    }
  }
}
