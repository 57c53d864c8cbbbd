package dev.pglet.health;

import dev.pglet.reconcile.Scheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How large data directories are, by a walk over their files: the server is not asked, as its own
 * functions would take locks and fill the memory of a session. One directory is walked at a time,
 * beside all passes, and each at most every {@link #INTERVAL}. Thread-safe.
 */
public final class DataSizes {
  static final Duration INTERVAL = Duration.ofMinutes(5);

  private record Sample(Duration asked, Optional<DataSize> size) {}

  private final Scheduler scheduler;
  private final Map<Path, Sample> samples = new HashMap<>();
  private final Object walking = new Object();

  public DataSizes(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** The newest size; empty until it was measured once. Measures anew when it is time. */
  Optional<DataSize> of(Path directory) {
    Optional<DataSize> known;
    Duration now = scheduler.uptime();
    synchronized (samples) {
      Sample sample = samples.get(directory);
      known = sample == null ? Optional.empty() : sample.size();
      if (sample != null && now.compareTo(sample.asked().plus(INTERVAL)) < 0) {
        return known;
      }
      samples.put(directory, new Sample(now, known));
    }
    scheduler.schedule(Duration.ZERO, () -> measure(directory));
    return known;
  }

  private void measure(Path directory) {
    DataSize size;
    synchronized (walking) {
      try {
        size = DataSize.walk(directory);
      } catch (IOException e) {
        forget(directory); // it is gone; what comes back is measured by the pass that sees it
        return;
      }
    }
    synchronized (samples) {
      samples.computeIfPresent(
          directory, (_, sample) -> new Sample(sample.asked(), Optional.of(size)));
    }
  }

  private void forget(Path directory) {
    synchronized (samples) {
      samples.remove(directory);
    }
  }
}
