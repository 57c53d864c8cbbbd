package dev.pglet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Settings;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one run of a verb works with. What is costly is made when it is first asked for. */
public final class Session implements CommandContext {
  /** The streams of the process. */
  public record Console(InputStream in, PrintStream out, PrintStream err) {}

  private static final String PRUNES = "/pglet/v1/prunes";

  private final Console console;
  private final Settings settings;
  private final Supplier<KindRegistry> loadKinds;
  private final LocalHost local;
  private final InstantSource clock;
  private @Nullable KindRegistry kinds;
  private @Nullable Resources resources;
  private Optional<ApiClient> daemon = Optional.empty();
  private boolean daemonSought;

  public Session(
      Console console,
      Settings settings,
      Supplier<KindRegistry> loadKinds,
      LocalHost local,
      InstantSource clock) {
    this.console = console;
    this.settings = settings;
    this.loadKinds = loadKinds;
    this.local = local;
    this.clock = clock;
  }

  @Override
  public PrintStream out() {
    return console.out();
  }

  @Override
  public PrintStream err() {
    return console.err();
  }

  public InputStream in() {
    return console.in();
  }

  @Override
  public Settings settings() {
    return settings;
  }

  @Override
  public KindRegistry kinds() {
    KindRegistry loaded = kinds;
    if (loaded == null) {
      loaded = loadKinds.get();
      kinds = loaded;
    }
    return loaded;
  }

  public LocalHost local() {
    return local;
  }

  public InstantSource clock() {
    return clock;
  }

  /** The running daemon of this data root; empty when none runs. */
  public Optional<ApiClient> daemon() {
    if (!daemonSought) {
      daemon = ApiClient.connect(settings.apiSocket());
      daemonSought = true;
    }
    return daemon;
  }

  @Override
  public Resources resources() throws ReconcileException {
    Resources found = resources;
    if (found == null) {
      Optional<ApiClient> client = daemon();
      found = client.isPresent() ? new RemoteResources(client.get(), kinds()) : local.observe();
      resources = found;
    }
    return found;
  }

  /** Core {@code v1} Event objects, oldest first. */
  public List<ObjectNode> events() throws ReconcileException {
    return daemon().isPresent()
        ? items(daemon().get().list("/api/v1/events", RemoteResources.JSON))
        : local.events();
  }

  /** One line for people for each problem of a manifest that is not in force. */
  public List<String> rejected() throws ReconcileException {
    if (daemon().isEmpty()) {
      return local.rejected();
    }
    List<String> lines = new ArrayList<>();
    for (ObjectNode item : items(daemon().get().list("/pglet/v1/rejected", RemoteResources.JSON))) {
      item.path("problems").forEach(problem -> lines.add(problem.asText()));
    }
    return lines;
  }

  /** See {@code ApiBackend.wholeSpec}. */
  public Optional<ObjectNode> wholeSpec(ResourceKey key, Optional<String> template, String instead)
      throws ReconcileException {
    if (daemon().isEmpty()) {
      return local.wholeSpec(key, template, instead);
    }
    String target =
        "/pglet/v1/spec?kind=%s&namespace=%s&name=%s%s"
            .formatted(
                key.kind(),
                key.namespace(),
                key.name(),
                template.map(name -> "&template=" + name).orElse(""));
    return daemon()
        .get()
        .send("POST", target, RemoteResources.JSON, "application/yaml", instead)
        .map(ApiClient.Answer::object);
  }

  /** Why the daemon sees changes of manifests late, and what to do; empty when it does not. */
  public Optional<String> watchTrouble() throws ReconcileException {
    return daemon().isEmpty()
        ? Optional.empty()
        : daemon()
            .get()
            .get("/pglet/v1/daemon", RemoteResources.JSON)
            .map(object -> object.path("watchTrouble").asText())
            .filter(trouble -> !trouble.isEmpty());
  }

  /** The resources whose deletion the daemon holds; empty when none runs. */
  public List<String> heldPrunes() throws ReconcileException {
    return daemon().isEmpty() ? List.of() : texts(prunes().path("held"));
  }

  /** What is there that no manifest is about: see {@code ApiBackend.prunes}. */
  public List<ObjectNode> unmanaged() throws ReconcileException {
    return daemon().isEmpty() ? local.unmanaged() : objects(prunes().path("unmanaged"));
  }

  /** Deletes what the running daemon holds, of what {@link #heldPrunes} named. */
  public List<String> confirmPrunes(List<String> shown) throws ReconcileException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    shown.forEach(body.putArray("held")::add);
    return texts(
        daemon()
            .orElseThrow()
            .send("POST", PRUNES, RemoteResources.JSON, RemoteResources.JSON, body.toString())
            .map(answer -> answer.object().path("deleting"))
            .orElseThrow(Session::olderDaemon));
  }

  /**
   * Has the daemon take in something that none of its manifests is about.
   *
   * @return how its manifest was changed, and the file that it is in now
   */
  public Resources.Applied adopt(ResourceKey key) throws ReconcileException {
    ObjectNode answer =
        requireDaemon("only one can take over what is there")
            .send("POST", orphan("adopt", key), RemoteResources.JSON, "", "")
            .orElseThrow(Session::olderDaemon)
            .object();
    return new Resources.Applied(
        key,
        Resources.Change.valueOf(answer.path("change").asText()),
        answer.path("file").asText());
  }

  /**
   * Has the daemon delete a resource, or what was kept of one, with all its data.
   *
   * @return false when there is neither
   */
  public boolean deleteData(ResourceKey key) throws ReconcileException {
    return requireDaemon("only one deletes data")
        .send("DELETE", orphan("data", key), RemoteResources.JSON, "", "")
        .isPresent();
  }

  private ApiClient requireDaemon(String because) throws HostUnavailable {
    return daemon()
        .orElseThrow(
            () ->
                new HostUnavailable(
                    "NoDaemon",
                    "no daemon answers on %s, and %s".formatted(settings.apiSocket(), because),
                    "Start it with: pglet run DIR"));
  }

  private static String orphan(String what, ResourceKey key) {
    return "/pglet/v1/%s/%s/%s/%s".formatted(what, key.kind(), key.namespace(), key.name());
  }

  /** A daemon of a version before prunes could be listed says 404. */
  private ObjectNode prunes() throws ReconcileException {
    return daemon()
        .orElseThrow()
        .get(PRUNES, RemoteResources.JSON)
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private static HostUnavailable olderDaemon() {
    return new HostUnavailable(
        "UnknownToDaemon",
        "the daemon cannot be asked to prune",
        "It was started by another version of pglet: end it, and start it anew");
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static List<ObjectNode> items(ObjectNode list) {
    return objects(list.path("items"));
  }

  private static List<ObjectNode> objects(JsonNode list) {
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : list) {
      items.add((ObjectNode) item);
    }
    return items;
  }
}
