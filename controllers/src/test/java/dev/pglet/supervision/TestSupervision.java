package dev.pglet.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.KindCondition;
import dev.pglet.supervision.DiskSpace.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of what was seen, without a host. */
final class TestSupervision {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  @TempDir Path directory;

  @Test
  void pausesGrowFromNoneToFiveMinutes() {
    assertThat(IntStream.rangeClosed(0, 11).mapToObj(Ends::pause).map(Duration::toSeconds))
        .containsExactly(0L, 0L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
    assertThat(Ends.pause(Integer.MAX_VALUE)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void onlyEndsSoonAfterAStartAreInARow() {
    Map<String, String> facts = Map.of("other", "kept");
    facts = Ends.startedAgain(Ends.ended(facts, NOON), NOON);
    facts = Ends.ended(facts, NOON.plusSeconds(59));
    assertThat(Ends.of(facts).inARow()).isEqualTo(2);
    assertThat(Ends.of(facts).held(NOON.plusSeconds(60))).isTrue();
    assertThat(Ends.of(facts).held(NOON.plusSeconds(61))).isFalse();
    facts = Ends.startedAgain(facts, NOON.plusSeconds(61));
    facts = Ends.ended(facts, NOON.plusSeconds(121));
    assertThat(Ends.of(facts).inARow()).isEqualTo(1);
    assertThat(Ends.of(facts).held(NOON.plusSeconds(121))).isFalse();
    assertThat(Ends.of(facts).restarts()).isEqualTo(2);
    assertThat(facts).containsEntry("other", "kept");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1H", "P365D"})
  void aClockThatWasSetBackLeavesNoServerDownUntilItIsThereAgain(Duration back) {
    Map<String, String> facts = Map.of();
    for (int i = 0; i < 4; i++) {
      facts = Ends.ended(Ends.startedAgain(facts, NOON), NOON);
    }
    assertThat(Ends.of(facts).held(NOON)).isTrue();

    assertThat(Ends.of(facts).held(NOON.minus(back))).isFalse();
    facts = Ends.startedAgain(facts, NOON.minus(back));
    facts = Ends.ended(facts, NOON.minus(back).plusSeconds(1));
    assertThat(Ends.of(facts).inARow()).as("it keeps ending all the same").isEqualTo(5);
    assertThat(Ends.of(facts).held(NOON.minus(back).plusSeconds(10))).isTrue();
  }

  @Test
  void aRestartBeforeTheClockWasSetBackIsNotLately() {
    Map<String, String> facts = Ends.restarted(Map.of(), NOON);
    assertThat(Ends.of(facts).restartedLately(NOON)).isTrue();
    assertThat(Ends.of(facts).restartedLately(NOON.minusSeconds(1))).isFalse();
  }

  @Test
  void aRestartThatWasAskedForIsNoEnd() {
    Map<String, String> facts = Ends.restarted(Ends.ended(Map.of(), NOON), NOON);
    assertThat(Ends.of(facts).restartCount()).isNull();
    assertThat(Ends.of(facts).lastRestartText()).isEqualTo("2026-11-28T12:00:00Z");
    assertThat(Ends.startedAgain(Map.of("a", "b"), NOON)).isEqualTo(Map.of("a", "b"));
  }

  @Test
  void factsThatSomebodyHasSpoiltCountAsNone() {
    Ends ends =
        Ends.of(
            Map.of(
                "restarts", "-1", "lastRestart", "noon", "endsInARow", "9e9", "endedAt", "never"));
    assertThat(ends).isEqualTo(new Ends(0, Optional.empty(), 0, Optional.empty()));
  }

  @Test
  void theLevelOfADiskIsThatOfItsFreeSpaceAndThenOfItsShare() {
    long mib = 1L << 20;
    assertThat(DiskSpace.level(79 * mib * 100, 21 * mib * 100)).isEqualTo(Level.GOOD);
    assertThat(DiskSpace.level(81 * mib * 100, 19 * mib * 100)).isEqualTo(Level.HIGH);
    assertThat(DiskSpace.level(91 * mib * 100, 9 * mib * 100)).isEqualTo(Level.VERY_HIGH);
    assertThat(DiskSpace.level(mib, 63 * mib)).isEqualTo(Level.TIGHT);
    assertThat(DiskSpace.level(mib, 15 * mib)).isEqualTo(Level.FULL);
  }

  @Test
  void whatShallStayFreeIsInBytesOrAShare() {
    assertThat(MinFree.parse(null).bytes(100)).isZero();
    assertThat(MinFree.parse("5%").bytes(1000)).isEqualTo(50);
    assertThat(MinFree.parse("3Mi").bytes(1000)).isEqualTo(3 << 20);
    assertThat(MinFree.parse("2Ti").bytes(1000)).isEqualTo(2L << 40);
    assertThat(DiskSpace.of(List.of(directory), MinFree.parse("999999Ti")).belowMinimum()).isTrue();
    assertThat(DiskSpace.of(List.of(directory), MinFree.NONE).belowMinimum()).isFalse();
    assertThat(DiskSpace.of(List.of(directory.resolve("gone")), MinFree.parse("99%")).pressure())
        .as("what is not there says nothing")
        .isFalse();
  }

  @Test
  void dyingWordsAreTheServersOwnAndNoStatementsOrNames() throws IOException {
    Path log = directory.resolve("server.log");
    Files.writeString(
        log,
        """
        2026-11-28 12:00:00.000 UTC [1] PANIC:  an old story
        2026-11-28 12:00:01.000 UTC [2] LOG:  starting PostgreSQL 17.6 on x86_64
        2026-11-28 12:00:02.000 UTC [3] FATAL:  password authentication failed for user "secret"
        2026-11-28 12:00:02.000 UTC [3] ERROR:  syntax error at or near "secret"
        2026-11-28 12:00:02.000 UTC [3] STATEMENT:  ALTER ROLE a PASSWORD 'secret'
        2026-11-28 12:00:03.000 UTC [4] PANIC:  could not write to file "pg_wal/xlogtemp.4": No space left on device
        2026-11-28 12:00:03.000 UTC [2] LOG:  server process (PID 4) was terminated by signal 6: Aborted
        2026-11-28 12:00:03.000 UTC [2] DETAIL:  Failed process was running: SELECT 'secret'
        """);

    String words = DyingWords.of(log, true);

    assertThat(words)
        .isEqualTo(
            "PANIC:  could not write to file \"pg_wal/xlogtemp.4\": No space left on device");
    assertThat(DyingWords.tellOfSpace(words)).isTrue();
    assertThat(DyingWords.of(directory.resolve("none"), true)).isEmpty();
  }

  @Test
  void eachBlockHasAConditionThatSaysWhatToDo() {
    Ends ends = new Ends(3, Optional.of(NOON), 3, Optional.of(NOON));
    Supervision seen =
        new Supervision(
            Optional.empty(),
            List.of("pid 12 (postgres)"),
            false,
            false,
            true,
            true,
            "PANIC:  oh",
            new DiskSpace(Level.FULL, directory, false));

    assertThat(Blocks.conditions(seen, ends, false))
        .extracting(KindCondition::type)
        .containsExactly("DataDirectoryLocked", "DiskPressure", "CrashLoop");
    assertThat(Blocks.conditions(seen, ends, false))
        .extracting(KindCondition::message)
        .satisfiesExactly(
            locked -> assertThat(locked).contains("pid 12 (postgres)"),
            full -> assertThat(full).contains("pglet storage release NAME", "PANIC:  oh"),
            loop -> assertThat(loop).contains("3 times in a row", "PANIC:  oh"));
    assertThat(Blocks.start(seen, ends, true).orElseThrow().reason())
        .isEqualTo("DataDirectoryLocked");
    assertThat(Blocks.conditions(Supervision.NONE, Ends.of(Map.of()), true)).isEmpty();
    assertThat(Blocks.start(Supervision.NONE, ends, false)).isEmpty();
  }
}
