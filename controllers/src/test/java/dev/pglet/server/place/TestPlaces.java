package dev.pglet.server.place;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPlaces {
  @Test
  void spaceIsAskedForWhereTheDataAndItsWalWillBe(@TempDir Path temp) throws Exception {
    Path there = Files.createDirectories(temp.resolve("there"));
    Places places =
        new Places(
            Optional.of(temp.resolve("one/pg/data")),
            Optional.of(there),
            Optional.of(temp.resolve("logs")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(places.begun(Path.of("/pool"))).containsExactly(Path.of("/pool"), temp, there);
    assertThat(Places.NONE.begun(Path.of("/pool"))).containsExactly(Path.of("/pool"));
  }
}
