package dev.pglet.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TestTables {
  @Test
  void agesAreShortAsInKubernetes() {
    assertThat(Tables.shortForm(Duration.ofSeconds(-5))).isEqualTo("0s");
    assertThat(Tables.shortForm(Duration.ofSeconds(119))).isEqualTo("119s");
    assertThat(Tables.shortForm(Duration.ofMinutes(2))).isEqualTo("2m");
    assertThat(Tables.shortForm(Duration.ofSeconds(185))).isEqualTo("3m5s");
    assertThat(Tables.shortForm(Duration.ofMinutes(12))).isEqualTo("12m");
    assertThat(Tables.shortForm(Duration.ofMinutes(303))).isEqualTo("5h3m");
    assertThat(Tables.shortForm(Duration.ofHours(47))).isEqualTo("47h");
    assertThat(Tables.shortForm(Duration.ofDays(3))).isEqualTo("3d");
    assertThat(Tables.shortForm(Duration.ofDays(800))).isEqualTo("2y");
  }

  @Test
  void anUnknownTimeHasNoAge() {
    Tables tables = new Tables(InstantSource.fixed(Instant.parse("2026-01-01T00:00:10Z")));

    assertThat(tables.age("2026-01-01T00:00:00Z")).isEqualTo("10s");
    assertThat(tables.age("")).isEqualTo("<unknown>");
  }
}
