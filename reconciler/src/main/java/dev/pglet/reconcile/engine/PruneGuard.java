package dev.pglet.reconcile.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * How many resources of a kind may lose their data within {@link Pruning#TOGETHER} because their
 * manifests are gone. More than that waits for {@link Engine#confirmPrunes}.
 *
 * @param byKind the kinds with an allowance of their own; every other kind has {@link
 *     Allowance#ONE}
 */
public record PruneGuard(Map<String, Allowance> byKind) {
  /**
   * How many at once.
   *
   * @param atLeast so many in any case
   * @param percent or that part of all resources of the kind, when that is more
   */
  public record Allowance(int atLeast, int percent) {
    public static final Allowance ONE = new Allowance(1, 0);

    int of(int total) {
      return Math.max(atLeast, total * percent / 100);
    }
  }

  public PruneGuard {
    byKind = Map.copyOf(byKind);
  }

  /** One of each kind. */
  public static PruneGuard strict() {
    return new PruneGuard(Map.of());
  }

  public PruneGuard with(String kind, Allowance allowance) {
    Map<String, Allowance> more = new HashMap<>(byKind);
    more.put(kind, allowance);
    return new PruneGuard(more);
  }

  Allowance of(String kind) {
    return byKind.getOrDefault(kind, Allowance.ONE);
  }
}
