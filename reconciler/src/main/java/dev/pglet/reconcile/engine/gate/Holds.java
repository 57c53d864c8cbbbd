package dev.pglet.reconcile.engine.gate;

import dev.pglet.api.meta.ResourceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Who may touch which resource. A hold is taken at once or not at all, in canonical order, and
 * never waited for: who does not get it is woken when it is given back. One owner may hold a key
 * several times, as a step and as the operation that it starts. Thread-safe.
 */
public final class Holds {
  private static final class Held {
    private final ResourceKey owner;
    private final Set<ResourceKey> waiting = new HashSet<>();
    private int times;

    Held(ResourceKey owner) {
      this.owner = owner;
    }
  }

  private final Map<ResourceKey, Held> held = new HashMap<>();
  private final Consumer<ResourceKey> wake;

  /**
   * Nothing is held.
   *
   * @param wake told each key that waited, when it may try again
   */
  public Holds(Consumer<ResourceKey> wake) {
    this.wake = wake;
  }

  /** What is in the way of an owner. */
  public record Taken(ResourceKey key, ResourceKey by) {}

  /**
   * Takes all of them or none.
   *
   * @return what is in the way; empty when all were taken
   */
  public synchronized Optional<Taken> take(ResourceKey owner, Set<ResourceKey> keys) {
    TreeSet<ResourceKey> inOrder = new TreeSet<>(keys);
    for (ResourceKey key : inOrder) {
      Held other = held.get(key);
      if (other != null && !other.owner.equals(owner)) {
        other.waiting.add(owner);
        return Optional.of(new Taken(key, other.owner));
      }
    }
    for (ResourceKey key : inOrder) {
      held.computeIfAbsent(key, same -> new Held(owner)).times++;
    }
    return Optional.empty();
  }

  /** Gives back what {@link #take} took. */
  public void release(ResourceKey owner, Set<ResourceKey> keys) {
    giveBack(owner, keys).forEach(wake);
  }

  private synchronized Set<ResourceKey> giveBack(ResourceKey owner, Set<ResourceKey> keys) {
    Set<ResourceKey> woken = new TreeSet<>();
    for (ResourceKey key : keys) {
      Held mine = held.get(key);
      if (mine == null || !mine.owner.equals(owner)) {
        throw new IllegalStateException(owner + " does not hold " + key);
      }
      mine.times--;
      if (mine.times == 0) {
        held.remove(key);
        woken.addAll(mine.waiting);
      }
    }
    return woken;
  }
}
