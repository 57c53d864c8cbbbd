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
    Places adopted =
        new Places(
            places.data(),
            places.wal(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Adoption(17, false)));
    assertThat(adopted.begun(Path.of("/pool")))
        .as("without the data, which is there already")
        .containsExactly(Path.of("/pool"), there);
    assertThat(Places.NONE.begun(Path.of("/pool"))).containsExactly(Path.of("/pool"));
  }
}
