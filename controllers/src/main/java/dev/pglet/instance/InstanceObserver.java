package dev.pglet.instance;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.exporter.MetricsPort;
import dev.pglet.exporter.Monitoring;
import dev.pglet.health.HealthObserved;
import dev.pglet.health.HealthObserver;
import dev.pglet.health.Vitals;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.PreloadLibraries;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.InstanceObserved.SqlFacts;
import dev.pglet.instance.database.DatabaseFacts;
import dev.pglet.instance.database.WantedDatabase;
import dev.pglet.instance.extension.ExtensionFacts;
import dev.pglet.instance.extension.ExtensionObserver;
import dev.pglet.instance.extension.Packages;
import dev.pglet.instance.extension.Packages.Distribution;
import dev.pglet.instance.extension.WantedExtension;
import dev.pglet.instance.role.RoleObserver;
import dev.pglet.instance.role.RoleQuery;
import dev.pglet.instance.role.WantedRole;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.World;
import dev.pglet.server.PreloadList;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerHosts;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerObserver;
import dev.pglet.server.ServerObserver.Answered;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.SuperuserSession;
import dev.pglet.server.config.UpdateRules;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/** Reads what there is of an instance. */
final class InstanceObserver {
  private final HealthObserver health;
  private final Optional<Monitoring> monitoring;
  private final ServerHosts hosts;
  private final ExtensionObserver extensions;
  private final Distribution distribution = Distribution.ofHost();

  InstanceObserver(ServerHosts hosts, HealthObserver health, Optional<Monitoring> monitoring) {
    this.monitoring = monitoring;
    this.health = health;
    this.hosts = hosts;
    this.extensions = new ExtensionObserver(hosts.ofDaemon().connections());
  }

  private record Answers(SqlFacts facts, Vitals vitals) {}

  InstanceObserved observe(
      ResourceKey key, PostgreSQLInstance resource, ServerSpec spec, World world)
      throws ReconcileException {
    PostgreSQLInstanceSpec wanted = resource.getSpec();
    Answered<Answers> answered =
        ServerObserver.observe(hosts, spec, (session, volume) -> ask(key, session, volume, wanted));
    HealthObserved seen =
        health.observe(key, world, answered.server(), answered.answer().map(Answers::vitals));
    return new InstanceObserved(
        spec.uid(),
        answered.server(),
        wanted.database().name(),
        wanted.database().owner(),
        handedOn(wanted, answered.server()),
        UpdateRules.open(wanted.update(), seen.at()),
        answered.answer().map(Answers::facts),
        seen,
        monitoring.flatMap(serving -> follow(serving, resource, world, answered.server(), seen)));
  }

  /** What is being deleted is served no more. */
  private static Optional<MetricsPort> follow(
      Monitoring monitoring,
      PostgreSQLInstance resource,
      World world,
      ServerObserved server,
      HealthObserved seen) {
    ResourceKey key = InstanceController.key(resource);
    if (!world.keys(PostgreSQLInstance.KIND).contains(key)) {
      monitoring.forget(key);
      return Optional.empty();
    }
    return monitoring.follow(key, resource.getSpec().monitoring(), server, seen);
  }

  /** One round trip, whatever the number of roles and databases; one more for each database. */
  private Answers ask(
      ResourceKey key, SuperuserSession session, Volume volume, PostgreSQLInstanceSpec wanted)
      throws ReconcileException {
    ServerHost host = hosts.of(volume);
    RoleObserver roles = new RoleObserver(host.settings().secrets(), host.account());
    List<WantedRole> wantedRoles = WantedRole.of(wanted);
    VolumeMarker marker = volume.marker();
    NavigableMap<String, String> deletable =
        DatabaseFacts.deletable(marker.fact(DatabaseFacts.DELETABLE_FACT));
    List<List<String>> rows =
        session.firstRows(
            "SELECT %s, %s, current_setting('shared_preload_libraries')"
                .formatted(
                    RoleQuery.expression(wantedRoles),
                    DatabaseFacts.expression(WantedDatabase.of(wanted), deletable.keySet())),
            Vitals.QUERY);
    List<String> row = rows.getFirst();
    DatabaseFacts databases = DatabaseFacts.parse(row.get(1), deletable);
    ExtensionFacts found =
        new ExtensionFacts(
            extensions.observe(volume, WantedExtension.of(wanted), databases.databases().keySet()),
            PreloadLibraries.names(row.get(2)),
            PreloadList.kept(marker),
            new Packages(
                distribution,
                PostgresVersion.parse(marker.version()).major(),
                marker.binariesSource().equals("system")));
    return new Answers(
        new SqlFacts(
            roles.facts(key, wantedRoles, wanted.database().owner(), row.get(0)), databases, found),
        Vitals.of(rows.get(1)));
  }

  /**
   * What a branch runs with too, as far as it is not the source's alone: all settings, and what is
   * preloaded, which functions in the databases need.
   */
  private static Map<String, String> handedOn(
      PostgreSQLInstanceSpec wanted, ServerObserved server) {
    Map<String, String> settings = new HashMap<>(InstanceSettings.typed(wanted));
    wanted
        .parameters()
        .forEach((name, value) -> settings.put(name.toLowerCase(Locale.ROOT), value));
    server
        .desired()
        .map(desired -> desired.settings().get(PreloadList.SETTING))
        .ifPresent(libraries -> settings.put(PreloadList.SETTING, libraries));
    return settings;
  }
}
