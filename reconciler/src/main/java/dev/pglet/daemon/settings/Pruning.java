package dev.pglet.daemon.settings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.engine.PruneGuard;
import dev.pglet.reconcile.engine.PruneGuard.Allowance;
import java.util.Map;

/**
 * How many resources may lose their data in one scan because their manifests are gone. In the
 * settings file: {@code pruneGuard: {Branch: {atLeast: 3, percent: 20}}}.
 */
public record Pruning(PruneGuard guard) {
  /** Branches come and go with the branches of a repository; everything else is one at a time. */
  static final Map<String, Allowance> DEFAULTS = Map.of("Branch", new Allowance(3, 20));

  static Pruning resolve(Sources sources) throws InvalidSpec {
    PruneGuard guard = new PruneGuard(DEFAULTS);
    JsonNode tree = sources.tree("pruneGuard");
    if (!tree.isMissingNode() && !tree.isObject()) {
      throw wrong(sources, "");
    }
    for (Map.Entry<String, JsonNode> each : tree.properties()) {
      JsonNode atLeast = each.getValue().path("atLeast");
      JsonNode percent = each.getValue().path("percent");
      boolean fits =
          atLeast.isInt()
              && percent.isInt()
              && each.getValue().size() == 2
              && atLeast.asInt() >= 0
              && percent.asInt() >= 0
              && percent.asInt() <= 100;
      if (!fits) {
        throw wrong(sources, "." + each.getKey());
      }
      guard = guard.with(each.getKey(), new Allowance(atLeast.asInt(), percent.asInt()));
    }
    return new Pruning(guard);
  }

  private static InvalidSpec wrong(Sources sources, String where) {
    return new InvalidSpec(
        "WrongType",
        "pruneGuard" + where,
        "%s: pruneGuard%s is not understood".formatted(sources.file(), where),
        "Write KIND: {atLeast: NUMBER, percent: 0 to 100}");
  }
}
