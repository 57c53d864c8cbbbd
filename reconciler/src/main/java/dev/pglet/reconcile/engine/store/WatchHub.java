package dev.pglet.reconcile.engine.store;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers the changes, remembers the newest and tells them to watches, in order. Versions start at
 * the microseconds of the clock, so that they rise over restarts too, unless the clock is set back
 * meanwhile: then one of before lies ahead, and what has changed since then is unknown.
 * Thread-safe.
 */
public final class WatchHub {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);
  private static final int REMEMBERED = 4096;

  /** Equal only to itself: two watches of one listener are two. */
  private static final class Watcher {
    private final String kind;
    private final Consumer<ResourceChange> listener;

    Watcher(String kind, Consumer<ResourceChange> listener) {
      this.kind = kind;
      this.listener = listener;
    }
  }

  private final Deque<ResourceChange> history = new ArrayDeque<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private long forgottenUpTo;
  private long version;

  public WatchHub(Instant start) {
    version = start.getEpochSecond() * 1_000_000 + start.getNano() / 1_000;
    forgottenUpTo = version - 1;
  }

  public synchronized long version() {
    return version;
  }

  synchronized long nextVersion() {
    return ++version;
  }

  synchronized void publish(ResourceChange change) {
    history.addLast(change);
    if (history.size() > REMEMBERED) {
      forgottenUpTo = history.removeFirst().resourceVersion();
    }
    for (Watcher watcher : List.copyOf(watchers)) {
      tell(watcher, change);
    }
  }

  /**
   * Begins a watch.
   *
   * @param since 0: everything that is there comes first, as added
   * @param there what is there; asked only for 0
   * @return what ends the watch; empty when changes since then are forgotten
   */
  public synchronized Optional<Runnable> watch(
      long since,
      String kind,
      Supplier<List<ResourceChange>> there,
      Consumer<ResourceChange> listener) {
    if (since != 0 && (since < forgottenUpTo || since > version)) {
      return Optional.empty();
    }
    Watcher watcher = new Watcher(kind, listener);
    List<ResourceChange> missed = since == 0 ? there.get() : List.copyOf(history);
    for (ResourceChange change : missed) {
      if (since == 0 || change.resourceVersion() > since) {
        tell(watcher, change);
      }
    }
    watchers.add(watcher);
    return Optional.of(() -> end(watcher));
  }

  private synchronized void end(Watcher watcher) {
    watchers.remove(watcher);
  }

  private static void tell(Watcher watcher, ResourceChange change) {
    if (!watcher.kind.equals(change.key().kind())) {
      return;
    }
    try {
      watcher.listener.accept(change);
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("kind", watcher.kind).setCause(e).log("a watch failed to listen");
    }
  }
}
