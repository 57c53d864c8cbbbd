package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.health.MonitorRole;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.InstanceObserved.SqlFacts;
import dev.pglet.instance.database.DatabasePlanner;
import dev.pglet.instance.database.WantedDatabase;
import dev.pglet.instance.extension.ExtensionPlanner;
import dev.pglet.instance.extension.WantedExtension;
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
import dev.pglet.server.WalSegmentSize;
import dev.pglet.server.place.Places;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      steps.add(
          adopts(wanted, server)
              ? new InstanceStep.AdoptCluster(String.valueOf(wanted.storage().dataDirectory()))
              : new InstanceStep.InitCluster(spec.version()));
      if (server.volume().isEmpty()) {
        steps.addAll(onServer(ServerPlanner.firstCertificate(spec)));
      }
    }
    if (!steps.isEmpty()) {
      return new Plan<>(
          steps,
          Optional.empty(),
          List.of("configuration, start, database and extensions, once the data is there"));
    }
    HeldBack converging = HeldBack.of(ServerPlanner.converge(spec, server), mayRestart, server);
    List<ServerStep> forServer = converging.now();
    steps.addAll(withSuperuser(forServer, server));
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
      steps.addAll(bySql(wanted, observed, observed.facts().get()));
      if (wanted.monitoring().enabled() && observed.health().lacksMonitor()) {
        steps.add(new InstanceStep.EnsureMonitor(MonitorRole.NAME));
      }
      if (steps.isEmpty()) {
        refuseMissing(wanted, observed.facts().get());
        // By themselves: nothing else waits for a consent, or hides behind one.
        DatabasePlanner.drops(WantedDatabase.of(wanted), observed.facts().get().databases())
            .stream()
            .map(InstanceStep.OnDatabase::new)
            .forEach(steps::add);
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

  private static boolean adopts(PostgreSQLInstanceSpec wanted, ServerObserved server) {
    return server
        .volume()
        .map(volume -> Places.adopted(volume.marker()))
        .orElse(wanted.bootstrap().adopts());
  }

  /** Before the first start of a cluster that was taken over: later pglet would be kept out. */
  private static List<InstanceStep> withSuperuser(List<ServerStep> steps, ServerObserved server) {
    boolean missing =
        server
            .volume()
            .map(Volume::marker)
            .filter(Places::adopted)
            .map(marker -> marker.fact(ClusterAdoption.SUPERUSER_FACT) == null)
            .orElse(false);
    List<InstanceStep> all = new ArrayList<>();
    for (ServerStep step : steps) {
      if (missing && step instanceof ServerStep.StartServer) {
        all.add(new InstanceStep.EnsureSuperuser(ClusterAdoption.SUPERUSER));
      }
      all.add(new InstanceStep.OnServer(step));
    }
    return all;
  }

  /** What has begun one way goes on that way, or is given up. */
  private static void refuseOtherBootstrap(PostgreSQLInstanceSpec wanted, Volume volume)
      throws InvalidSpec {
    boolean adopted = Places.adopted(volume.marker());
    if (volume.marker().phase() == VolumeMarker.Phase.BUILDING
        && adopted != wanted.bootstrap().adopts()) {
      throw new InvalidSpec(
          "Immutable",
          "spec.bootstrap",
          adopted
              ? "taking over the data in %s has begun, so none is made there"
                  .formatted(volume.data())
              : "making the data in %s has begun, so none is taken over there"
                  .formatted(volume.data()),
          adopted
              ? "Set spec.bootstrap back to adopt: {}, or delete the instance: the data stays"
              : "Remove spec.bootstrap.adopt, or delete the instance and make it anew");
    }
  }

  private static void check(PostgreSQLInstanceSpec wanted, InstanceObserved observed)
      throws InvalidSpec {
    if (observed.server().volume().isPresent()) {
      refuseOtherBootstrap(wanted, observed.server().volume().get());
    }
    Database database = wanted.database();
    Map<String, String> facts =
        observed.server().volume().map(volume -> volume.marker().facts()).orElse(Map.of());
    refuseChange(facts, DATABASE_FACT, "spec.database.name", database.name());
    refuseChange(facts, ENCODING_FACT, "spec.database.encoding", database.encoding());
    refuseChange(facts, LOCALE_FACT, "spec.database.locale", database.locale());
    if (observed.server().initialized()
        && !wanted.bootstrap().adopts()
        && !adopts(wanted, observed.server())) {
      Map<String, String> made = new HashMap<>(facts);
      made.putIfAbsent(WalSegmentSize.FACT, WalSegmentSize.DEFAULT);
      refuseChange(
          made,
          WalSegmentSize.FACT,
          "spec.bootstrap.initdb.walSegmentSize",
          wanted.bootstrap().madeWith().walSegmentSize());
    }
    if (observed.facts().isPresent()) {
      InvalidSpec.throwAll(
          DatabasePlanner.immutable(WantedDatabase.of(wanted), observed.facts().get().databases()));
      if (adopts(wanted, observed.server())) {
        InvalidSpec.throwAll(
            RolePlanner.foundOtherwise(WantedRole.of(wanted), observed.facts().get().roles()));
      }
    }
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

  private static List<InstanceStep> bySql(
      PostgreSQLInstanceSpec wanted, InstanceObserved observed, SqlFacts facts) {
    List<InstanceStep> steps = new ArrayList<>();
    RolePlanner.plan(WantedRole.of(wanted), facts.roles()).stream()
        .map(InstanceStep.OnRole::new)
        .forEach(steps::add);
    DatabasePlanner.plan(WantedDatabase.of(wanted), facts.databases()).stream()
        .map(InstanceStep.OnDatabase::new)
        .forEach(steps::add);
    DatabasePlanner.deletable(WantedDatabase.of(wanted), facts.databases())
        .map(InstanceStep.NoteDeletable::new)
        .ifPresent(steps::add);
    List<WantedExtension> extensions = WantedExtension.of(wanted);
    ExtensionPlanner.keep(extensions, facts.extensions())
        .map(InstanceStep.KeepPreloaded::new)
        .ifPresent(steps::add);
    ExtensionPlanner.plan(extensions, facts.extensions()).stream()
        .map(InstanceStep.OnExtension::new)
        .forEach(steps::add);
    if (steps.isEmpty() && !observed.databaseMade()) {
      steps.add(new InstanceStep.RememberDatabase(wanted.database().name()));
    }
    return steps;
  }

  /** Last of all, so that what is missing keeps nothing else from being done. */
  private static void refuseMissing(PostgreSQLInstanceSpec wanted, SqlFacts facts)
      throws InvalidSpec {
    List<InvalidSpec> missing =
        new ArrayList<>(RolePlanner.missing(WantedRole.of(wanted), facts.roles()));
    missing.addAll(ExtensionPlanner.missing(WantedExtension.of(wanted), facts.extensions()));
    InvalidSpec.throwAll(missing);
  }

  private static List<InstanceStep> onServer(List<ServerStep> steps) {
    return steps.stream().<InstanceStep>map(InstanceStep.OnServer::new).toList();
  }
}
