package dev.pglet.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.cli.Options;
import dev.pglet.cli.Target;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The server of an instance or of a branch, as its status shows it.
 *
 * @param object of the API
 */
public record NamedServer(ResourceKey key, ObjectNode object) {
  private static final List<String> KINDS = List.of(PostgreSQLInstance.KIND, Branch.KIND);

  /** The word of a command line that names one. */
  public static PositionalParamSpec word() {
    return Options.words("NAME", "1", "NAME, or KIND/NAME such as branch/pr-1.");
  }

  /**
   * The instance of that name, else the branch; or what a kind before a slash says.
   *
   * @throws Refused when there is none, or both
   */
  public static NamedServer find(String name, String namespace, CommandContext context)
      throws ReconcileException {
    List<NamedServer> found = new ArrayList<>();
    for (ResourceKey key : keys(name, namespace, context)) {
      Optional<ObjectNode> object =
          KINDS.contains(key.kind()) ? context.resources().get(key) : Optional.empty();
      object.ifPresent(node -> found.add(new NamedServer(key, node)));
    }
    if (found.isEmpty()) {
      throw new Refused(
          "NotFound",
          "there is no instance and no branch " + name + " in namespace " + namespace,
          "See `pglet get pg` and `pglet get branches`");
    }
    if (found.size() > 1) {
      throw new Refused(
          "Ambiguous",
          "there is both an instance and a branch " + name,
          "Write pg/%1$s or branch/%1$s".formatted(name));
    }
    return found.getFirst();
  }

  /** All of one namespace, or of every: instances, then branches, each in order. */
  public static List<NamedServer> all(Optional<String> namespace, CommandContext context)
      throws ReconcileException {
    List<NamedServer> all = new ArrayList<>();
    for (String kind : KINDS) {
      for (ObjectNode object : context.resources().list(context.kinds().kind(kind).orElseThrow())) {
        JsonNode metadata = object.path("metadata");
        ResourceKey key =
            new ResourceKey(
                kind, metadata.path("namespace").asText(), metadata.path("name").asText());
        if (namespace.isEmpty() || namespace.get().equals(key.namespace())) {
          all.add(new NamedServer(key, object));
        }
      }
    }
    return all;
  }

  private static List<ResourceKey> keys(String name, String namespace, CommandContext context) {
    if (name.contains("/")) {
      return Target.keys(List.of(name), namespace, context.kinds());
    }
    return ResourceKey.NAME.matcher(name).matches()
        ? KINDS.stream().map(kind -> new ResourceKey(kind, namespace, name)).toList()
        : List.of();
  }

  public JsonNode status() {
    return object.path("status");
  }

  /** Whether there is a server process. */
  public boolean running() {
    return status().has("pid") && port() != 0 && !status().at("/connection/socket").isMissingNode();
  }

  /**
   * The same server.
   *
   * @throws StepFailed when it does not run
   */
  public NamedServer requireRunning() throws StepFailed {
    if (!running()) {
      throw new StepFailed(
          "ServerNotRunning",
          "the server of " + key + " does not run",
          "Look at `pglet describe %1$s`, or start it with `pglet start %1$s`".formatted(key));
    }
    return this;
  }

  /** Its TCP port, which is also part of its socket's name; 0 when it has none yet. */
  public int port() {
    return status().path("port").asInt();
  }

  /** The directory of its Unix socket. */
  public Path socket() {
    return Path.of(status().at("/connection/socket").asText());
  }

  /** PGDATA; empty before there is one. */
  public Optional<Path> dataDirectory() {
    return Optional.of(status().path("dataDirectory").asText())
        .filter(directory -> !directory.isEmpty())
        .map(Path::of);
  }

  /**
   * Where clients connect.
   *
   * @throws StepFailed when it has no port yet
   */
  public ServerAddress address() throws StepFailed {
    String uri = status().at("/connection/uri").asText();
    if (uri.isEmpty()) {
      throw new StepFailed(
          "NoConnection",
          "the server of " + key + " has no port yet",
          "See why with `pglet describe " + key + "`");
    }
    return ServerAddress.parse(uri);
  }
}
