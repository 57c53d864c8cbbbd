package dev.pglet.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestRestartWindow {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource({
    // 2026-11-29 is a Sunday.
    "Sun 02:00-06:00, 2026-11-29T01:59:59Z, false",
    "Sun 02:00-06:00, 2026-11-29T02:00:00Z, true",
    "Sun 02:00-06:00, 2026-11-29T05:59:59Z, true",
    "Sun 02:00-06:00, 2026-11-29T06:00:00Z, false",
    "Sun 02:00-06:00, 2026-11-28T03:00:00Z, false",
    "02:00-06:00, 2026-11-28T03:00:00Z, true",
    "Sat 22:00-04:00, 2026-11-28T21:59:59Z, false",
    "Sat 22:00-04:00, 2026-11-28T23:00:00Z, true",
    "Sat 22:00-04:00, 2026-11-29T03:59:59Z, true",
    "Sat 22:00-04:00, 2026-11-29T04:00:00Z, false",
    "Sat 22:00-04:00, 2026-11-28T03:00:00Z, false",
    "Sat 22:00-24:00, 2026-11-28T23:59:59Z, true",
    "Sat 22:00-24:00, 2026-11-29T00:00:00Z, false",
    "Sat 00:00-24:00, 2026-11-28T00:00:00Z, true",
    "Sat 00:00-24:00, 2026-11-28T23:59:59Z, true",
    "Sat 00:00-24:00, 2026-11-29T00:00:00Z, false",
    "Sun 02:00-06:00 Europe/Berlin, 2026-11-29T00:59:59Z, false",
    "Sun 02:00-06:00 Europe/Berlin, 2026-11-29T01:00:00Z, true",
    "Sun 02:00-06:00 Pacific/Auckland, 2026-11-28T13:00:00Z, true",
    "Sun 02:00-06:00 +02, 2026-11-29T00:00:00Z, true"
  })
  void isOpenFromItsBeginToItsEndOnTheClocksOfItsZone(String text, Instant now, boolean open) {
    assertThat(RestartWindow.parse(text).open(now)).isEqualTo(open);
  }

  @Test
  void opensAfterAnHourThatClocksLeaveOutForAsLongAsItAlwaysIs() {
    RestartWindow window = RestartWindow.parse("Sun 02:00-03:00 Europe/Berlin");
    // On this day, clocks go from 01:59:59 to 03:00:00.
    Instant begin = berlin("2026-03-29T03:00:00");

    assertThat(window.open(begin.minusSeconds(1))).isFalse();
    assertThat(window.open(begin)).isTrue();
    assertThat(window.open(begin.plus(Duration.ofMinutes(59)))).isTrue();
    assertThat(window.open(begin.plus(Duration.ofMinutes(60)))).isFalse();
  }

  @Test
  void staysOpenThroughAnHourThatClocksRepeat() {
    RestartWindow window = RestartWindow.parse("Sun 02:00-03:00 Europe/Berlin");
    // On this day, 02:00 to 03:00 comes twice.
    Instant first = LocalDateTime.parse("2026-10-25T02:00:00").atZone(BERLIN).toInstant();

    assertThat(window.open(first.minusSeconds(1))).isFalse();
    assertThat(window.open(first)).isTrue();
    assertThat(window.open(first.plus(Duration.ofMinutes(119)))).isTrue();
    assertThat(window.open(first.plus(Duration.ofHours(2)))).isFalse();
  }

  @Test
  void everyWeekOfAYearHasItsWindow() {
    RestartWindow window = RestartWindow.parse("Sun 02:30-03:00 Europe/Berlin");
    Instant week = Instant.parse("2026-01-05T00:00:00Z");
    for (int i = 0; i < 52; i++) {
      int open = 0;
      for (int minute = 0; minute < 7 * 24 * 60; minute += 5) {
        open += window.open(week.plus(Duration.ofMinutes(minute))) ? 1 : 0;
      }
      assertThat(open).as(week.toString()).isGreaterThanOrEqualTo(6);
      week = week.plus(Duration.ofDays(7));
    }
  }

  @Test
  void daysAreNamedOneByOneAndAsRangesThatMayGoOverTheWeekend() {
    assertThat(RestartWindow.parse("Mon,wed 01:00-02:00").days())
        .containsExactlyInAnyOrder(DayOfWeek.MONDAY, DayOfWeek.WEDNESDAY);
    assertThat(RestartWindow.parse("Sat-Mon,Thu 01:00-02:00").days())
        .containsExactlyInAnyOrder(
            DayOfWeek.SATURDAY, DayOfWeek.SUNDAY, DayOfWeek.MONDAY, DayOfWeek.THURSDAY);
    assertThat(RestartWindow.parse("Fri-Fri 01:00-02:00").days()).containsExactly(DayOfWeek.FRIDAY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Sun",
        "02:00",
        "Sun 02:00",
        "Sun 02:00 - 06:00",
        "Mon- 02:00-06:00",
        ",Mon 02:00-06:00",
        "Mon-Tue-Wed 02:00-06:00",
        "Sun 02:00-06:00 Nowhere",
        "Sun 25:00-26:00",
        "Sun 02:00-02:04",
        "Sun 02:00-06:00\nMon 02:00-06:00"
      })
  void refusesWhatIsNoTimeOfTheWeek(String text) {
    assertThatThrownBy(() -> RestartWindow.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("null");
  }

  private static Instant berlin(String local) {
    return LocalDateTime.parse(local).atZone(BERLIN).toInstant();
  }
}
