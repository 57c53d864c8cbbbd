package dev.pglet.supervision;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a look at the host says of a server beside what it is: why it may be down, and what keeps it
 * from being started. Immutable.
 *
 * @param damage what its data lacks, so that no server can be started with it
 * @param survivors processes of a server that has ended which still live, and may write
 * @param ended whether it has ended by itself, and nobody has noted it yet
 * @param first whether that is the first time for a while, so that it is started again at once
 * @param held whether it has ended so often in a row that it is left down for a while yet
 * @param lately whether it was restarted so lately that an end now would come soon
 * @param lastWords the last lines of its log that say why it ended; empty when none do
 */
public record Supervision(
    Optional<String> damage,
    List<String> survivors,
    boolean ended,
    boolean first,
    boolean held,
    boolean lately,
    String lastWords,
    DiskSpace disk) {
  /** Nothing is wrong. */
  public static final Supervision NONE =
      new Supervision(
          Optional.empty(), List.of(), false, false, false, false, "", DiskSpace.PLENTY);

  public Supervision {
    survivors = List.copyOf(survivors);
  }

  /**
   * What a server says of its end in its log.
   *
   * @param collected the directory in which its logging collector writes; else it writes to the
   *     file
   * @param newest only what was written since a server was last started
   */
  public static String lastWords(Path log, Optional<Path> collected, boolean newest) {
    String words = collected.map(DyingWords::ofCollected).orElse("");
    return words.isEmpty() ? DyingWords.of(log, newest) : words;
  }

  /** Of one whose data is damaged nothing else matters. */
  public static Supervision damaged(String damage, DiskSpace disk) {
    return new Supervision(Optional.of(damage), List.of(), false, false, false, false, "", disk);
  }

  /** Whether it is down, or will soon be, for want of space. */
  public boolean diskFull() {
    return disk.level() == DiskSpace.Level.FULL || (diedOfSpace() && !disk.enoughToStart());
  }

  private boolean diedOfSpace() {
    return DyingWords.tellOfSpace(lastWords);
  }
}
