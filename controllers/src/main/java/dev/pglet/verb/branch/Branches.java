package dev.pglet.verb.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The instances and branches of a namespace, and what was made of what. Made for one look. */
final class Branches {
  private final Map<ResourceKey, NamedServer> servers = new TreeMap<>();

  private Branches(List<NamedServer> servers) {
    servers.forEach(server -> this.servers.put(server.key(), server));
  }

  static Branches of(CommandContext context, String namespace) throws ReconcileException {
    return new Branches(NamedServer.all(Optional.of(namespace), context));
  }

  /** Lines of a table, with its heading. */
  List<List<String>> list() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("NAME", "SOURCE", "PHASE", "PORT", "TAKEN"));
    servers.values().stream()
        .filter(server -> server.key().kind().equals(Branch.KIND))
        .forEach(
            server ->
                lines.add(
                    List.of(
                        server.key().name(),
                        source(server).toString(),
                        phase(server),
                        server.port() == 0 ? "" : Integer.toString(server.port()),
                        server.status().at("/source/time").asText())));
    return lines;
  }

  /** Each instance, and what of it was branched below it; then branches whose source is gone. */
  List<String> tree() {
    Map<ResourceKey, Set<ResourceKey>> below = new TreeMap<>();
    Set<ResourceKey> tops = new TreeSet<>();
    for (NamedServer server : servers.values()) {
      if (server.key().kind().equals(Branch.KIND)) {
        ResourceKey source = source(server);
        below.computeIfAbsent(source, _ -> new TreeSet<>()).add(server.key());
        if (!servers.containsKey(source)) {
          tops.add(source);
        }
      } else {
        tops.add(server.key());
      }
    }
    List<String> lines = new ArrayList<>();
    Set<ResourceKey> shown = new HashSet<>();
    for (ResourceKey top : tops) {
      lines.add(servers.containsKey(top) ? line(top) : top + " (gone)");
      below(top, "", below, shown, lines);
    }
    return lines;
  }

  /** Whoever writes a circle into manifests must not make this run for ever. */
  private void below(
      ResourceKey key,
      String indent,
      Map<ResourceKey, Set<ResourceKey>> below,
      Set<ResourceKey> shown,
      List<String> lines) {
    List<ResourceKey> children = List.copyOf(below.getOrDefault(key, Set.of()));
    for (int i = 0; i < children.size(); i++) {
      ResourceKey child = children.get(i);
      boolean last = i == children.size() - 1;
      if (shown.add(child)) {
        lines.add(indent + (last ? "└─ " : "├─ ") + line(child));
        below(child, indent + (last ? "   " : "│  "), below, shown, lines);
      }
    }
  }

  private String line(ResourceKey key) {
    NamedServer server = servers.get(key);
    return server == null ? key.toString() : "%s  %s".formatted(key, phase(server)).strip();
  }

  private static String phase(NamedServer server) {
    return server.status().path("phase").asText();
  }

  private static ResourceKey source(NamedServer branch) {
    JsonNode source = branch.object().at("/spec/source");
    boolean ofBranch = source.hasNonNull("branch");
    return new ResourceKey(
        ofBranch ? Branch.KIND : PostgreSQLInstance.KIND,
        branch.key().namespace(),
        source.path(ofBranch ? "branch" : "instance").asText());
  }
}
