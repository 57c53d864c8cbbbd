package dev.pglet.supervision;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Scheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Tells when the space of a watched file system is not any more as it was when its resource was
 * looked at. One {@code statvfs} for each directory, every two seconds. Thread-safe.
 */
public final class DiskWatch implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(2);

  private record Watched(List<Path> directories, MinFree minimum, DiskSpace seen) {}

  private final Map<ResourceKey, Watched> watched = new ConcurrentHashMap<>();
  private final Consumer<ResourceKey> changed;
  private final Scheduler.Scheduled task;

  /**
   * Begins at once.
   *
   * @param changed told the key once for each change, off the caller's thread
   */
  public DiskWatch(Scheduler scheduler, Consumer<ResourceKey> changed) {
    this.changed = requireNonNull(changed, "changed is null");
    this.task = scheduler.every(INTERVAL, this::look);
  }

  /**
   * Watches for a resource from now on, in place of what was watched for it before.
   *
   * @param directories none: nothing any more
   */
  public void watch(ResourceKey key, List<Path> directories, MinFree minimum, DiskSpace seen) {
    if (directories.isEmpty()) {
      watched.remove(key);
    } else {
      watched.put(key, new Watched(List.copyOf(directories), minimum, seen));
    }
  }

  @Override
  public void close() {
    task.cancel();
    watched.clear();
  }

  private void look() {
    watched.forEach(
        (key, one) -> {
          DiskSpace now = DiskSpace.of(one.directories(), one.minimum());
          if (!now.equals(one.seen())
              && watched.replace(key, one, new Watched(one.directories(), one.minimum(), now))) {
            changed.accept(key);
          }
        });
  }
}
