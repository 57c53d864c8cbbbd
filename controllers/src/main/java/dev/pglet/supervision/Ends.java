package dev.pglet.supervision;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often a server has ended by itself, as the facts of its marker remember it. What pglet ends
 * itself is none of these. Immutable.
 *
 * @param restarts how often it was started again after it had ended by itself
 * @param lastRestart when it was last restarted, for whatever reason
 * @param inARow how often it has ended by itself, each time soon after it was started
 * @param endedAt when it was found to have ended; empty once it is started again
 */
public record Ends(
    int restarts, Optional<Instant> lastRestart, int inARow, Optional<Instant> endedAt) {
  /** One that ran for so long has not failed to start. */
  public static final Duration SOON = Duration.ofSeconds(60);

  /** From so many in a row on nobody can call it chance. */
  public static final int LOOP = 3;

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private static final String RESTARTS_FACT = "restarts";
  private static final String LAST_RESTART_FACT = "lastRestart";
  private static final String IN_A_ROW_FACT = "endsInARow";
  private static final String ENDED_FACT = "endedAt";

  public static Ends of(Map<String, String> facts) {
    return new Ends(
        number(facts.get(RESTARTS_FACT)),
        instant(facts.get(LAST_RESTART_FACT)),
        number(facts.get(IN_A_ROW_FACT)),
        instant(facts.get(ENDED_FACT)));
  }

  /** How long a server is left down that has ended once more: not at all after the first time. */
  public static Duration pause(int inARow) {
    if (inARow <= 1) {
      return Duration.ZERO;
    }
    Duration pause = Duration.ofSeconds(1L << Math.min(inARow - 1, 20));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  /** What the count in a row is when it ends now. */
  public int next(Instant now) {
    return restartedLately(now) ? inARow + 1 : 1;
  }

  /** Whether its last restart is so near that an end now would come soon after it. */
  public boolean restartedLately(Instant now) {
    return lastRestart.filter(at -> within(SOON, at, now)).isPresent();
  }

  /** Whether it has ended so often in a row that it is left down for a while yet. */
  public boolean held(Instant now) {
    return endedAt.filter(at -> within(pause(inARow), at, now)).isPresent();
  }

  /**
   * What lies in the future was noted before the clock was set back, and nobody knows when that
   * was: a server must not be left down until the clock is there again, maybe in a year.
   */
  private static boolean within(Duration duration, Instant since, Instant now) {
    return !now.isBefore(since) && now.isBefore(since.plus(duration));
  }

  /** The facts once somebody has seen that it ended by itself. */
  public static Map<String, String> ended(Map<String, String> facts, Instant now) {
    Map<String, String> changed = new HashMap<>(facts);
    changed.put(IN_A_ROW_FACT, Integer.toString(of(facts).next(now)));
    changed.put(ENDED_FACT, text(now));
    return changed;
  }

  /** The facts once it has been started again; as they are when it had not ended by itself. */
  public static Map<String, String> startedAgain(Map<String, String> facts, Instant now) {
    Ends ends = of(facts);
    if (ends.endedAt.isEmpty()) {
      return facts;
    }
    Map<String, String> changed = new HashMap<>(facts);
    changed.remove(ENDED_FACT);
    changed.put(RESTARTS_FACT, Integer.toString(ends.restarts + 1));
    changed.put(LAST_RESTART_FACT, text(now));
    return changed;
  }

  /** The facts once pglet has restarted it because somebody or its configuration asked for it. */
  public static Map<String, String> restarted(Map<String, String> facts, Instant now) {
    Map<String, String> changed = new HashMap<>(facts);
    changed.remove(ENDED_FACT);
    changed.remove(IN_A_ROW_FACT);
    changed.put(LAST_RESTART_FACT, text(now));
    return changed;
  }

  /** RFC 3339, for a status; null while there was none. */
  public @Nullable String lastRestartText() {
    return lastRestart.map(Ends::text).orElse(null);
  }

  /** For a status; null while there was none. */
  public @Nullable Integer restartCount() {
    return restarts == 0 ? null : restarts;
  }

  private static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** What somebody wrote there by hand counts as nothing. */
  private static int number(@Nullable String fact) {
    return fact != null && fact.matches("[0-9]{1,9}") ? Integer.parseInt(fact) : 0;
  }

  private static Optional<Instant> instant(@Nullable String fact) {
    try {
      return fact == null ? Optional.empty() : Optional.of(Instant.parse(fact));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
