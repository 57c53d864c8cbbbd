package dev.pglet.supervision;

import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What keeps a server from being started, in the order in which it counts. Pure. */
public final class Blocks {
  static final String UNRECOVERABLE = "Unrecoverable";
  static final String DISK_FULL = "DiskFull";
  static final String CRASH_LOOP = "CrashLoop";
  static final String LOCKED = "DataDirectoryLocked";
  static final String DISK_PRESSURE = "DiskPressure";

  /** What is worth an event when it begins and when it ends. */
  public static final Set<String> TYPES = Set.of(UNRECOVERABLE, CRASH_LOOP, LOCKED, DISK_PRESSURE);

  private static final Duration SOON = Duration.ofMillis(500);
  private static final Duration LATER = Duration.ofSeconds(5);
  private static final Duration RARELY = Duration.ofSeconds(60);

  private Blocks() {}

  /** What nothing at all can be done about, whatever is wanted. */
  public static Optional<Wait> damage(Supervision seen) {
    return seen.damage().map(damage -> Wait.recheck(UNRECOVERABLE, damage, RARELY));
  }

  /**
   * What keeps a server that is down, and shall run, from being started.
   *
   * @param released whether somebody asks for a start now, whatever happened before
   */
  public static Optional<Wait> start(Supervision seen, Ends ends, boolean released) {
    if (!seen.survivors().isEmpty()) {
      return Optional.of(Wait.recheck(LOCKED, survivors(seen), SOON));
    }
    if (seen.diskFull()) {
      return Optional.of(Wait.recheck(DISK_FULL, diskFull(seen), LATER));
    }
    if (seen.held() && !released) {
      return Optional.of(Wait.recheck(CRASH_LOOP, crashLoop(seen, ends), pause(ends)));
    }
    return Optional.empty();
  }

  /** A server that was restarted lately, after many ends, is looked at again when it has held. */
  public static Optional<Wait> settling(Supervision seen, Ends ends) {
    return ends.inARow() >= Ends.LOOP && seen.lately()
        ? Optional.of(Wait.recheck(CRASH_LOOP, crashLoop(seen, ends), Ends.SOON))
        : Optional.empty();
  }

  /** Only what there is something to say of. */
  public static List<KindCondition> conditions(Supervision seen, Ends ends, boolean running) {
    List<KindCondition> conditions = new ArrayList<>();
    seen.damage()
        .ifPresent(
            damage -> conditions.add(KindCondition.yes(UNRECOVERABLE, "DataDamaged", damage)));
    if (!seen.survivors().isEmpty()) {
      conditions.add(KindCondition.yes(LOCKED, "ProcessesSurvive", survivors(seen)));
    }
    if (seen.diskFull()) {
      conditions.add(KindCondition.yes(DISK_PRESSURE, DISK_FULL, diskFull(seen)));
    } else if (seen.disk().pressure()) {
      conditions.add(KindCondition.yes(DISK_PRESSURE, reason(seen.disk()), pressure(seen.disk())));
    }
    if (ends.inARow() >= Ends.LOOP && (seen.lately() || !running)) {
      conditions.add(KindCondition.yes(CRASH_LOOP, "ServerKeepsEnding", crashLoop(seen, ends)));
    }
    return conditions;
  }

  /** Half of it, so that it is not left down for much longer than it says. */
  private static Duration pause(Ends ends) {
    Duration half = Ends.pause(ends.inARow()).dividedBy(2);
    return half.compareTo(LATER) > 0 ? LATER : half;
  }

  private static String survivors(Supervision seen) {
    return "the server has ended, and %s of it still live%s and may write: a second server would destroy the data. It is started as soon as they are gone; what a killed server leaves ends with its statement, else end it"
        .formatted(String.join(", ", seen.survivors()), seen.survivors().size() == 1 ? "s" : "");
  }

  private static String crashLoop(Supervision seen, Ends ends) {
    return "the server has ended by itself %d times in a row, each time within %d s of its start; it is started again with pauses of up to 5 minutes, at once after a change of its configuration or pglet restart. Its log says: %s"
        .formatted(
            ends.inARow(),
            Ends.SOON.toSeconds(),
            seen.lastWords().isEmpty() ? "nothing of why" : seen.lastWords());
  }

  private static String diskFull(Supervision seen) {
    return "the file system of %s is full, so the server cannot %s. What is committed is safe. It goes on by itself once space is free: remove other files, or run pglet storage release NAME to use up the reserve; never remove anything in the data directory"
        .formatted(
            seen.disk().where(),
            seen.lastWords().isEmpty() ? "write" : "write (" + seen.lastWords() + ")");
  }

  private static String reason(DiskSpace disk) {
    return disk.level() == DiskSpace.Level.GOOD ? "BelowMinFree" : "AlmostFull";
  }

  private static String pressure(DiskSpace disk) {
    String what =
        switch (disk.level()) {
          case GOOD -> "less is free than spec.storage.minFree asks for";
          case HIGH -> "more than 80 % is used";
          case VERY_HIGH -> "more than 90 % is used";
          case TIGHT -> "less than 64 MiB is free";
          case FULL -> "less than 16 MiB is free";
        };
    return "of the file system of %s %s: a server that runs out of space ends. Free space there, or make it larger"
        .formatted(disk.where(), what);
  }
}
