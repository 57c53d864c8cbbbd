package dev.pglet.branch;

import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.BranchSpec;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.server.ServerRules;
import dev.pglet.server.SettingRules;
import dev.pglet.supervision.Lifecycle;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What no branch can be, whatever there is on the host. */
public record BranchRules(ServerRules servers) implements SpecRules {
  /** A branch's server always listens here. */
  public static final String ADDRESS = "127.0.0.1";

  @Override
  public List<InvalidSpec> check(CustomResource<?, ?> resource) {
    if (!(resource instanceof Branch branch)) {
      return List.of();
    }
    List<InvalidSpec> problems = new ArrayList<>(check(branch.getSpec()));
    problems.addAll(Lifecycle.check(branch));
    return problems;
  }

  @Override
  public Map<String, String> claims(CustomResource<?, ?> resource) {
    return resource instanceof Branch branch
        ? ServerRules.claims(branch.getSpec().network().port())
        : Map.of();
  }

  List<InvalidSpec> check(BranchSpec wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    if ((wanted.source().instance() == null) == (wanted.source().branch() == null)) {
      problems.add(
          new InvalidSpec(
              "SourceAmbiguous",
              "spec.source",
              "spec.source names " + (wanted.source().branch() == null ? "nothing" : "two sources"),
              "Write exactly one of spec.source.instance and spec.source.branch"));
    }
    problems.addAll(servers.check(wanted.network().port(), ADDRESS, wanted.parameters()));
    for (String name : wanted.parameters().keySet()) {
      if (BranchSettings.enforces(name.toLowerCase(Locale.ROOT))) {
        problems.add(
            new InvalidSpec(
                "FixedSetting",
                SettingRules.field(name),
                "the setting " + name + " is fixed in a branch, which must not act for its source",
                "Remove it from spec.parameters"));
      }
    }
    return problems;
  }
}
