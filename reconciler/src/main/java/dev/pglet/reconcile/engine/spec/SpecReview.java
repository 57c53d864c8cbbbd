package dev.pglet.reconcile.engine.spec;

import static java.util.Objects.requireNonNull;

import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource.Review;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.SpecRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a document that is about to be written can be put together with what there is, and
 * whether its kind has anything against the whole.
 *
 * @param rules by kind
 */
public record SpecReview(Specs specs, Map<String, SpecRules> rules) implements Review {
  public SpecReview {
    requireNonNull(specs, "specs is null");
    rules = Map.copyOf(rules);
  }

  @Override
  public List<Problem> problems(Manifest edited) {
    List<Problem> problems = new ArrayList<>(specs.problems(edited));
    if (problems.isEmpty()) {
      try {
        Manifest whole = specs.whole(edited);
        SpecRules kind = rules.getOrDefault(edited.key().kind(), SpecRules.NONE);
        for (InvalidSpec invalid : kind.check(whole.resource())) {
          problems.add(whole.problem(invalid.field(), invalid.explain()));
        }
      } catch (ManifestRejected e) {
        problems.addAll(e.problems()); // a template has changed just now
      }
    }
    return problems;
  }
}
