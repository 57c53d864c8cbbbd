package dev.pglet.instance;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.instance.InstanceObserved.Available;
import dev.pglet.instance.InstanceObserved.DatabaseFacts;
import dev.pglet.instance.InstanceObserved.Installed;
import dev.pglet.instance.InstanceObserved.Role;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.Passfiles;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerObserver;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads what there is of an instance. */
final class InstanceObserver {
  private final ServerHost host;
  private final ServerObserver servers;
  private final Passfiles passfiles;

  InstanceObserver(ServerHost host) {
    this.host = host;
    this.servers = new ServerObserver(host);
    this.passfiles = new Passfiles(host.settings().secrets());
  }

  InstanceObserved observe(ResourceKey key, PostgreSQLInstance resource, ServerSpec spec)
      throws ReconcileException {
    PostgreSQLInstanceSpec wanted = resource.getSpec();
    ServerObserved server = servers.observe(spec);
    String owner = wanted.database().owner();
    Optional<DatabaseFacts> facts =
        server.live().isPresent() && server.runningPort().isPresent()
            ? Optional.of(facts(server, server.runningPort().get(), wanted))
            : Optional.empty();
    // A role that was made anew has no password, whatever the passfile says.
    boolean password = facts.flatMap(DatabaseFacts::owner).map(Role::password).orElse(true);
    return new InstanceObserved(
        spec.uid(),
        server,
        wanted.database().name(),
        owner,
        handedOn(wanted),
        passfiles.has(key, owner) && password,
        facts);
  }

  private DatabaseFacts facts(ServerObserved server, int port, PostgreSQLInstanceSpec wanted)
      throws ReconcileException {
    String name = wanted.database().name();
    Optional<Role> owner;
    Optional<String> databaseOwner;
    try (SuperuserSession session =
        SuperuserSession.open(host.connections(), server.socketDirectory(), port, "postgres")) {
      owner =
          session
              .rows(
                  "SELECT rolcanlogin, rolsuper, rolpassword IS NOT NULL FROM pg_authid"
                      + " WHERE rolname = "
                      + Sql.literal(wanted.database().owner()))
              .stream()
              .map(row -> new Role(is(row.get(0)), is(row.get(1)), is(row.get(2))))
              .findFirst();
      databaseOwner =
          session
              .column(
                  "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = "
                      + Sql.literal(name))
              .stream()
              .findFirst();
    }
    if (databaseOwner.isEmpty() || wanted.extensions().isEmpty()) {
      return new DatabaseFacts(owner, databaseOwner, Map.of(), Map.of());
    }
    String names =
        wanted.extensions().stream()
            .map(Extension::name)
            .map(Sql::literal)
            .collect(Collectors.joining(", "));
    try (SuperuserSession session =
        SuperuserSession.open(host.connections(), server.socketDirectory(), port, name)) {
      return new DatabaseFacts(
          owner, databaseOwner, installed(session, names), available(session, names));
    }
  }

  private static boolean is(String value) {
    return value.equals("t");
  }

  /** What a branch runs with too: settings by name, and the time zone, which is a typed field. */
  private static Map<String, String> handedOn(PostgreSQLInstanceSpec wanted) {
    Map<String, String> settings = new HashMap<>();
    settings.put("timezone", wanted.database().timezone());
    settings.put("log_timezone", wanted.database().timezone());
    wanted
        .parameters()
        .forEach((name, value) -> settings.put(name.toLowerCase(Locale.ROOT), value));
    return settings;
  }

  private static Map<String, Installed> installed(SuperuserSession session, String names)
      throws ReconcileException {
    Map<String, Installed> installed = new HashMap<>();
    for (List<String> row :
        session.rows(
            "SELECT extname, extversion, nspname FROM pg_extension JOIN pg_namespace n"
                + " ON n.oid = extnamespace WHERE extname IN ("
                + names
                + ")")) {
      installed.put(row.get(0), new Installed(row.get(1), row.get(2)));
    }
    return installed;
  }

  private static Map<String, Available> available(SuperuserSession session, String names)
      throws ReconcileException {
    Map<String, Set<String>> versions = new HashMap<>();
    Map<String, String> schemas = new HashMap<>();
    for (List<String> row :
        session.rows(
            "SELECT name, version, schema FROM pg_available_extension_versions WHERE name IN ("
                + names
                + ")")) {
      versions.computeIfAbsent(row.get(0), _ -> new HashSet<>()).add(row.get(1));
      schemas.put(row.get(0), row.get(2));
    }
    Map<String, Available> available = new HashMap<>();
    versions.forEach(
        (name, known) -> available.put(name, new Available(known, schemas.getOrDefault(name, ""))));
    return available;
  }
}
