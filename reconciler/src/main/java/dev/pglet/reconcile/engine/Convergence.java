package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Rejected;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far everything is.
 *
 * @param standings of every resource, in the order of keys
 * @param rejected what of the manifests is not in force
 * @param timedOut the time was up before everything had come to an end
 */
public record Convergence(
    SortedMap<ResourceKey, Standing> standings, List<Rejected> rejected, boolean timedOut) {
  public Convergence {
    standings = Collections.unmodifiableSortedMap(new TreeMap<>(standings));
    rejected = List.copyOf(rejected);
  }

  /** Whether everything is as its manifest says, and every manifest is in force. */
  public boolean succeeded() {
    return !timedOut
        && rejected.isEmpty()
        && standings.values().stream().allMatch(standing -> standing.state().good());
  }

  /**
   * How far one resource is.
   *
   * @param reason CamelCase
   * @param message for people, with what to do; empty for nothing to say
   */
  public record Standing(State state, String reason, String message) {}

  /** What can be said of a resource. */
  public enum State {
    /** Available and up to date. */
    READY,
    /** As its manifest says, which is not available: stopped. */
    UP_TO_DATE,
    /** Its manifest says not to touch it. */
    PAUSED,
    /** Nothing will happen until the user changes something. */
    STALLED,
    /** The last passes failed; it is being tried again. */
    FAILING,
    /** Steps are being run, or something is awaited. */
    IN_PROGRESS;

    public boolean good() {
      return this == READY || this == UP_TO_DATE || this == PAUSED;
    }
  }
}
