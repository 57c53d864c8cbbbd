package dev.pglet.instance.extension;

import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.instance.extension.ExtensionFacts.Available;
import dev.pglet.instance.extension.ExtensionFacts.InDatabase;
import dev.pglet.instance.extension.ExtensionFacts.Installed;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.RunningServer;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks into each database in which an extension is wanted: one session and question for each. */
public final class ExtensionObserver {
  private final Connections connections;

  public ExtensionObserver(Connections connections) {
    this.connections = connections;
  }

  /**
   * What there is, by database.
   *
   * @param existing the databases that there are
   */
  public Map<String, InDatabase> observe(
      Volume volume, List<WantedExtension> wanted, Set<String> existing) throws ReconcileException {
    Set<String> databases = new TreeSet<>();
    wanted.forEach(extension -> databases.addAll(extension.databases()));
    databases.retainAll(existing);
    Map<String, InDatabase> found = new HashMap<>();
    for (String database : databases) {
      List<WantedExtension> here =
          wanted.stream().filter(extension -> extension.databases().contains(database)).toList();
      try (SuperuserSession session = RunningServer.session(connections, volume, database)) {
        Map<String, Installed> installed = installed(session, here);
        found.put(database, new InDatabase(installed, available(session, here, installed)));
      }
    }
    return found;
  }

  private static Map<String, Installed> installed(
      SuperuserSession session, List<WantedExtension> wanted) throws ReconcileException {
    Map<String, Installed> installed = new HashMap<>();
    for (List<String> row :
        session.rows(
            "SELECT extname, extversion, nspname FROM pg_extension JOIN pg_namespace n"
                + " ON n.oid = extnamespace WHERE extname IN ("
                + names(wanted)
                + ")")) {
      installed.put(row.get(0), new Installed(row.get(1), row.get(2)));
    }
    return installed;
  }

  /** Of those that are not as wanted; for each answer the server reads files of all extensions. */
  private static Map<String, Available> available(
      SuperuserSession session, List<WantedExtension> wanted, Map<String, Installed> installed)
      throws ReconcileException {
    List<WantedExtension> missing =
        wanted.stream().filter(extension -> !asWanted(extension, installed)).toList();
    if (missing.isEmpty()) {
      return Map.of();
    }
    Map<String, Set<String>> versions = new HashMap<>();
    for (List<String> row :
        session.rows(
            "SELECT name, version FROM pg_available_extension_versions WHERE name IN ("
                + names(missing)
                + ")")) {
      versions.computeIfAbsent(row.get(0), _ -> new HashSet<>()).add(row.get(1));
    }
    Map<String, Available> available = new HashMap<>();
    versions.forEach((name, known) -> available.put(name, new Available(known)));
    return available;
  }

  private static boolean asWanted(WantedExtension extension, Map<String, Installed> installed) {
    Installed there = installed.get(extension.name());
    String version = extension.version();
    return !extension.enabled()
        || (there != null && (version == null || version.equals(there.version())));
  }

  private static String names(List<WantedExtension> extensions) {
    return extensions.stream()
        .map(WantedExtension::name)
        .map(Sql::literal)
        .collect(Collectors.joining(", "));
  }
}
