package dev.pglet.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.testing.TestingScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestDataSizes {
  private final TestingScheduler time = new TestingScheduler();
  private final DataSizes sizes = new DataSizes(time);

  @TempDir private Path directory;

  private Optional<DataSize> ask() {
    Optional<DataSize> known = sizes.of(directory);
    time.advance(Duration.ZERO);
    return known;
  }

  @ParameterizedTest
  @ValueSource(strings = {"P365D", "PT0S", "PT-1H", "P-365D"})
  void eachIsMeasuredEveryFiveMinutesWhateverTheClockSays(Duration set) throws IOException {
    assertThat(ask()).isEmpty();
    Optional<DataSize> first = ask();
    assertThat(first).isPresent();
    Files.writeString(directory.resolve("file"), "x".repeat(100_000));
    time.setClock(set);

    time.advance(DataSizes.INTERVAL.minusSeconds(1));
    assertThat(ask()).isEqualTo(first);
    assertThat(ask()).as("not yet measured again").isEqualTo(first);
    time.advance(Duration.ofSeconds(1));
    assertThat(ask()).isEqualTo(first);
    assertThat(ask()).as("measured again").isPresent().isNotEqualTo(first);
  }
}
