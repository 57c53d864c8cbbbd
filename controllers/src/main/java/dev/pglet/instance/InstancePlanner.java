package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.health.MonitorRole;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.InstanceObserved.Available;
import dev.pglet.instance.InstanceObserved.DatabaseFacts;
import dev.pglet.instance.InstanceObserved.Installed;
import dev.pglet.instance.role.RolePlanner;
import dev.pglet.instance.role.WantedRole;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.Wait;
import dev.pglet.server.HeldBack;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerPlanner;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.ServerStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is left to do to an instance: pure functions of spec and observation. */
final class InstancePlanner {
  /** Names of facts in the marker: what the cluster was made with. */
  static final String DATABASE_FACT = "database";

  static final String MADE_FACT = "databaseMade";
  static final String ENCODING_FACT = "encoding";
  static final String LOCALE_FACT = "locale";

  private InstancePlanner() {}

  static Plan<InstanceStep> plan(
      InstanceRules rules,
      PostgreSQLInstanceSpec wanted,
      ServerSpec spec,
      InstanceObserved observed)
      throws InvalidSpec {
    ServerObserved server = observed.server();
    Optional<Wait> blocked = ServerPlanner.blocked(spec, server);
    if (blocked.isPresent()) {
      return Plan.waiting(blocked.get());
    }
    try {
      InvalidSpec.throwAll(rules.check(wanted));
      ServerPlanner.check(spec, server);
      check(wanted, observed);
    } catch (InvalidSpec e) {
      return new Plan<>(
          onServer(ServerPlanner.startAsItWas(spec, server, e)),
          ServerPlanner.waiting(spec, server),
          List.of());
    }
    // What somebody asks for does not wait for the policy.
    boolean mayRestart =
        observed.windowOpen() || server.doneTokens().restart(spec.lifecycle()).isPresent();
    HeldBack prepared = HeldBack.of(ServerPlanner.prepare(spec, server), mayRestart, server);
    List<InstanceStep> steps = new ArrayList<>(onServer(prepared.now()));
    if (server.volume().map(v -> v.marker().phase()).orElse(VolumeMarker.Phase.BUILDING)
        == VolumeMarker.Phase.BUILDING) {
      steps.add(new InstanceStep.InitCluster(spec.version()));
    }
    if (!steps.isEmpty()) {
      return new Plan<>(
          steps,
          Optional.empty(),
          List.of("configuration, start, database and extensions, once the data is there"));
    }
    HeldBack converging = HeldBack.of(ServerPlanner.converge(spec, server), mayRestart, server);
    List<ServerStep> forServer = converging.now();
    steps.addAll(onServer(forServer));
    List<InstanceStep> deferred = new ArrayList<>(onServer(prepared.later()));
    deferred.addAll(onServer(converging.later()));
    if (!forServer.stream().allMatch(ServerStep.RememberGood.class::isInstance)) {
      return new Plan<>(
          steps,
          Optional.empty(),
          spec.running() ? List.of("database and extensions, once the server runs") : List.of(),
          deferred);
    }
    if (observed.facts().isPresent()) {
      steps.addAll(database(wanted, observed, observed.facts().get()));
      if (wanted.monitoring().enabled() && observed.health().lacksMonitor()) {
        steps.add(new InstanceStep.EnsureMonitor(MonitorRole.NAME));
      }
      if (steps.isEmpty()) {
        InvalidSpec.throwAll(
            RolePlanner.missing(WantedRole.of(wanted), observed.facts().get().roles()));
        refuseMissing(wanted.extensions(), observed.facts().get());
      }
    }
    return new Plan<>(
        steps,
        ServerPlanner.waiting(spec, server).or(() -> ServerPlanner.settling(server)),
        List.of(),
        deferred);
  }

  /**
   * What is left to do when the manifest is gone.
   *
   * @param destroy whether the data goes too
   */
  static Plan<InstanceStep> planDeletion(boolean destroy, InstanceObserved observed) {
    return Plan.of(onServer(ServerPlanner.delete(observed.server(), destroy)));
  }

  private static void check(PostgreSQLInstanceSpec wanted, InstanceObserved observed)
      throws InvalidSpec {
    Database database = wanted.database();
    Map<String, String> facts =
        observed.server().volume().map(volume -> volume.marker().facts()).orElse(Map.of());
    refuseChange(facts, DATABASE_FACT, "spec.database.name", database.name());
    refuseChange(facts, ENCODING_FACT, "spec.database.encoding", database.encoding());
    refuseChange(facts, LOCALE_FACT, "spec.database.locale", database.locale());
  }

  private static void refuseChange(
      Map<String, String> facts, String fact, String field, String wanted) throws InvalidSpec {
    String was = facts.getOrDefault(fact, wanted);
    if (!was.equals(wanted)) {
      throw new InvalidSpec(
          "Immutable",
          field,
          "%s was %s when the data was made and cannot become %s".formatted(field, was, wanted),
          "Set it back to " + was + ", or make a new instance and copy the data with pg_dump");
    }
  }

  private static List<InstanceStep> database(
      PostgreSQLInstanceSpec wanted, InstanceObserved observed, DatabaseFacts facts) {
    Database database = wanted.database();
    List<InstanceStep> steps = new ArrayList<>();
    RolePlanner.plan(WantedRole.of(wanted), facts.roles()).stream()
        .map(InstanceStep.OnRole::new)
        .forEach(steps::add);
    if (facts.databaseOwner().isEmpty()) {
      // Which extensions there are is seen from inside the database.
      steps.add(new InstanceStep.CreateDatabase(database.name(), database.owner()));
      return steps;
    }
    String owner = facts.databaseOwner().get();
    if (!owner.equals(database.owner())) {
      steps.add(new InstanceStep.ChangeOwner(database.name(), owner, database.owner()));
    }
    for (Extension extension : wanted.extensions()) {
      Installed installed = facts.installed().get(extension.name());
      Available available = facts.available().get(extension.name());
      if (installed == null) {
        if (isAvailable(extension, available)) {
          steps.add(create(database.name(), extension));
        }
        continue;
      }
      String version = extension.version();
      if (version != null
          && !version.equals(installed.version())
          && isAvailable(extension, available)) {
        steps.add(
            new InstanceStep.UpdateExtension(
                database.name(), extension.name(), installed.version(), version));
      }
      String schema = extension.schema();
      if (schema != null && !schema.equals(installed.schema())) {
        steps.add(new InstanceStep.MoveExtension(database.name(), extension.name(), schema));
      }
    }
    if (steps.isEmpty() && !observed.databaseMade()) {
      steps.add(new InstanceStep.RememberDatabase(database.name()));
    }
    return steps;
  }

  /** Last of all, so that a missing package keeps nothing else from being done. */
  private static void refuseMissing(List<Extension> extensions, DatabaseFacts facts)
      throws InvalidSpec {
    for (int i = 0; i < extensions.size(); i++) {
      Extension extension = extensions.get(i);
      Available available = facts.available().get(extension.name());
      Installed installed = facts.installed().get(extension.name());
      if (installed == null && available == null) {
        throw new InvalidSpec(
            "ExtensionMissing",
            "spec.extensions[%d].name".formatted(i),
            "the PostgreSQL binaries in use have no extension " + extension.name(),
            "Install its package for this PostgreSQL version, or remove the entry");
      }
      String version = extension.version();
      if (version != null
          && available != null
          && !available.versions().contains(version)
          && (installed == null || !installed.version().equals(version))) {
        throw new InvalidSpec(
            "ExtensionVersionMissing",
            "spec.extensions[%d].version".formatted(i),
            "extension %s has no version %s here, but %s"
                .formatted(extension.name(), version, String.join(", ", available.versions())),
            "Choose one of those, or install a package that has it");
      }
    }
  }

  private static boolean isAvailable(Extension extension, @Nullable Available available) {
    String version = extension.version();
    return available != null && (version == null || available.versions().contains(version));
  }

  private static InstanceStep create(String database, Extension extension) {
    return new InstanceStep.CreateExtension(
        database, extension.name(), extension.version(), extension.schema());
  }

  private static List<InstanceStep> onServer(List<ServerStep> steps) {
    return steps.stream().<InstanceStep>map(InstanceStep.OnServer::new).toList();
  }
}
