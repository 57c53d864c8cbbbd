package dev.pglet.instance;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.exporter.MetricsPort;
import dev.pglet.exporter.Monitoring;
import dev.pglet.health.HealthObserved;
import dev.pglet.health.HealthObserver;
import dev.pglet.health.Vitals;
import dev.pglet.host.volume.Volume;
import dev.pglet.instance.InstanceObserved.Available;
import dev.pglet.instance.InstanceObserved.DatabaseFacts;
import dev.pglet.instance.InstanceObserved.Installed;
import dev.pglet.instance.role.RoleFacts;
import dev.pglet.instance.role.RoleObserver;
import dev.pglet.instance.role.RoleQuery;
import dev.pglet.instance.role.WantedRole;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.World;
import dev.pglet.server.PreloadList;
import dev.pglet.server.RunningServer;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerObserver;
import dev.pglet.server.ServerObserver.Answered;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import dev.pglet.server.config.UpdateRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what there is of an instance. */
final class InstanceObserver {
  private final ServerHost host;
  private final HealthObserver health;
  private final Optional<Monitoring> monitoring;
  private final ServerObserver servers;
  private final RoleObserver roles;

  InstanceObserver(ServerHost host, HealthObserver health, Optional<Monitoring> monitoring) {
    this.monitoring = monitoring;
    this.host = host;
    this.health = health;
    this.servers = new ServerObserver(host);
    this.roles = new RoleObserver(host.settings().secrets(), host.account());
  }

  private record Answers(DatabaseFacts facts, Vitals vitals) {}

  InstanceObserved observe(
      ResourceKey key, PostgreSQLInstance resource, ServerSpec spec, World world)
      throws ReconcileException {
    PostgreSQLInstanceSpec wanted = resource.getSpec();
    Answered<Answers> answered =
        servers.observe(
            spec,
            (session, volume) ->
                new Answers(facts(key, session, volume, wanted), Vitals.ask(session)));
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

  private DatabaseFacts facts(
      ResourceKey key, SuperuserSession session, Volume volume, PostgreSQLInstanceSpec wanted)
      throws ReconcileException {
    String name = wanted.database().name();
    List<WantedRole> wantedRoles = WantedRole.of(wanted);
    List<String> row =
        session
            .rows(
                "SELECT %s, (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s)"
                    .formatted(RoleQuery.expression(wantedRoles), Sql.literal(name)))
            .getFirst();
    RoleFacts found = roles.facts(key, wantedRoles, wanted.database().owner(), row.get(0));
    Optional<String> databaseOwner = Optional.of(row.get(1)).filter(owner -> !owner.isEmpty());
    if (databaseOwner.isEmpty() || wanted.extensions().isEmpty()) {
      return new DatabaseFacts(found, databaseOwner, Map.of(), Map.of());
    }
    try (SuperuserSession inside = RunningServer.session(host.connections(), volume, name)) {
      Map<String, Installed> installed = installed(inside, wanted.extensions());
      return new DatabaseFacts(
          found, databaseOwner, installed, available(inside, wanted.extensions(), installed));
    }
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

  private static Map<String, Installed> installed(SuperuserSession session, List<Extension> wanted)
      throws ReconcileException {
    Map<String, Installed> installed = new HashMap<>();
    for (List<String> row :
        session.rows(
            "SELECT extname, extversion, nspname FROM pg_extension JOIN pg_namespace n"
                + " ON n.oid = extnamespace WHERE extname IN ("
                + names(wanted.stream())
                + ")")) {
      installed.put(row.get(0), new Installed(row.get(1), row.get(2)));
    }
    return installed;
  }

  /** Of those that are not as wanted; for each answer the server reads files of all extensions. */
  private static Map<String, Available> available(
      SuperuserSession session, List<Extension> wanted, Map<String, Installed> installed)
      throws ReconcileException {
    List<Extension> missing =
        wanted.stream().filter(extension -> !asWanted(extension, installed)).toList();
    if (missing.isEmpty()) {
      return Map.of();
    }
    Map<String, Set<String>> versions = new HashMap<>();
    Map<String, String> schemas = new HashMap<>();
    for (List<String> row :
        session.rows(
            "SELECT name, version, schema FROM pg_available_extension_versions WHERE name IN ("
                + names(missing.stream())
                + ")")) {
      versions.computeIfAbsent(row.get(0), _ -> new HashSet<>()).add(row.get(1));
      schemas.put(row.get(0), row.get(2));
    }
    Map<String, Available> available = new HashMap<>();
    versions.forEach(
        (name, known) -> available.put(name, new Available(known, schemas.getOrDefault(name, ""))));
    return available;
  }

  private static boolean asWanted(Extension extension, Map<String, Installed> installed) {
    Installed there = installed.get(extension.name());
    String version = extension.version();
    return there != null && (version == null || version.equals(there.version()));
  }

  private static String names(Stream<Extension> extensions) {
    return extensions.map(Extension::name).map(Sql::literal).collect(Collectors.joining(", "));
  }
}
