package dev.pglet.host.postgres;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Tells once when a watched server has died. Our own children are noticed at once; adopted ones by
 * looking at {@code /proc} four times a second, since the JDK takes up to 2 s for those.
 * Thread-safe.
 */
public final class PostmasterWatch implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofMillis(250);

  private final Map<ResourceKey, Postmaster> watched = new ConcurrentHashMap<>();
  private final Consumer<ResourceKey> died;
  private final Predicate<Postmaster> lives;
  private final Scheduler.Scheduled task;

  /**
   * @param died told the key, off the caller's thread
   */
  public PostmasterWatch(Scheduler scheduler, Consumer<ResourceKey> died) {
    this(scheduler, died, ServerIdentity::lives);
  }

  PostmasterWatch(Scheduler scheduler, Consumer<ResourceKey> died, Predicate<Postmaster> lives) {
    this.died = requireNonNull(died, "died is null");
    this.lives = requireNonNull(lives, "lives is null");
    this.task = scheduler.every(INTERVAL, this::look);
  }

  /** Watches the server of a resource from now on, in place of an earlier one. Idempotent. */
  public void watch(ResourceKey key, Postmaster postmaster) {
    Postmaster before = watched.put(key, postmaster);
    if (!postmaster.equals(before)) {
      watchChild(key, postmaster);
    }
  }

  /** Watches it no longer: its end is meant. */
  public void forget(ResourceKey key) {
    watched.remove(key);
  }

  @Override
  public void close() {
    task.cancel();
    watched.clear();
  }

  private void watchChild(ResourceKey key, Postmaster postmaster) {
    long self = ProcessHandle.current().pid();
    ProcessHandle.of(postmaster.pid())
        .filter(handle -> handle.parent().filter(parent -> parent.pid() == self).isPresent())
        .ifPresent(
            handle -> {
              var _ = handle.onExit().thenRun(() -> tell(key, postmaster));
            });
  }

  private void look() {
    watched.forEach(
        (key, postmaster) -> {
          if (!lives.test(postmaster)) {
            tell(key, postmaster);
          }
        });
  }

  private void tell(ResourceKey key, Postmaster postmaster) {
    if (watched.remove(key, postmaster)) {
      died.accept(key);
    }
  }
}
