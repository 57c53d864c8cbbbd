package dev.pglet.reconcile;

import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Map;

/**
 * What a kind demands of its specs beyond the schema, whatever there is on the host: the one source
 * for {@code validate} and {@code apply}, which need no daemon, and for the kind's planner. Changes
 * and spawns nothing. Thread-safe.
 */
public interface SpecRules {
  /** Of a kind whose schema says all. */
  SpecRules NONE = resource -> List.of();

  /** All that is wrong with the spec, each with its field. */
  List<InvalidSpec> check(CustomResource<?, ?> resource);

  /**
   * What the resource wants for itself alone, such as {@code TCP port 5433}, by the path of the
   * field that says so: two resources that want the same cannot be.
   */
  default Map<String, String> claims(CustomResource<?, ?> resource) {
    return Map.of();
  }
}
