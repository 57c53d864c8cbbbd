package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.health.HealthRules;
import dev.pglet.instance.database.DatabaseRules;
import dev.pglet.instance.extension.ExtensionRules;
import dev.pglet.instance.role.RoleRules;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.server.ServerRules;
import dev.pglet.server.access.AccessRules;
import dev.pglet.server.access.TlsRules;
import dev.pglet.server.config.AuditSettings;
import dev.pglet.server.config.UpdateRules;
import dev.pglet.server.place.PlaceRules;
import dev.pglet.supervision.Lifecycle;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What no instance can be, whatever there is on the host. */
public record InstanceRules(ServerRules servers) implements SpecRules {
  /** The oldest major version of the catalogue; nothing older was ever tried. */
  private static final int OLDEST = 13;

  @Override
  public List<InvalidSpec> check(CustomResource<?, ?> resource) {
    if (!(resource instanceof PostgreSQLInstance instance)) {
      return List.of();
    }
    List<InvalidSpec> problems = new ArrayList<>(check(instance.getSpec()));
    problems.addAll(Lifecycle.check(instance));
    return problems;
  }

  @Override
  public Map<String, String> claims(CustomResource<?, ?> resource) {
    if (!(resource instanceof PostgreSQLInstance instance)) {
      return Map.of();
    }
    Map<String, String> claims =
        new HashMap<>(ServerRules.claims(instance.getSpec().network().port()));
    claims.putAll(HealthRules.claims(instance.getSpec().monitoring()));
    claims.putAll(PlaceRules.claims(instance.getSpec()));
    return claims;
  }

  List<InvalidSpec> check(PostgreSQLInstanceSpec wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    if (Integer.parseInt(wanted.version().split("\\.", -1)[0]) < OLDEST) {
      problems.add(
          new InvalidSpec(
              "VersionUnsupported",
              "spec.version",
              "PostgreSQL %s is not supported".formatted(wanted.version()),
              "Choose %d or newer".formatted(OLDEST)));
    }
    problems.addAll(
        servers.check(
            wanted.network().port(), wanted.network().bindAddress(), wanted.parameters()));
    problems.addAll(
        HealthRules.check(wanted.monitoring(), wanted.network().port(), servers.firstPort()));
    ServerRules.plaintext(wanted.network().bindAddress(), wanted.security())
        .ifPresent(problems::add);
    problems.addAll(TlsRules.problems(wanted.security()));
    problems.addAll(AccessRules.problems(wanted.security().authentication()));
    problems.addAll(UpdateRules.problems(wanted.update()));
    problems.addAll(AuditSettings.problems(wanted.security().audit()));
    problems.addAll(InstanceSettings.conflicts(wanted));
    problems.addAll(PlaceRules.problems(wanted));
    problems.addAll(names(wanted.database()));
    problems.addAll(BootstrapFacts.check(wanted));
    problems.addAll(RoleRules.check(wanted));
    problems.addAll(DatabaseRules.check(wanted));
    problems.addAll(ExtensionRules.check(wanted));
    return problems;
  }

  private static List<InvalidSpec> names(Database database) {
    List<InvalidSpec> problems = new ArrayList<>();
    if (DatabaseRules.reserved(database.name())) {
      problems.add(
          new InvalidSpec(
              "ReservedName",
              "spec.database.name",
              "the database " + database.name() + " belongs to PostgreSQL itself",
              "Choose another name"));
    }
    RoleRules.reserved(database.owner())
        .ifPresent(
            reason ->
                problems.add(
                    new InvalidSpec(
                        "ReservedName",
                        "spec.database.owner",
                        reason,
                        "Choose another name: the owner is an ordinary role")));
    return problems;
  }
}
