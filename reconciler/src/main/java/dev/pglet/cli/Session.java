package dev.pglet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.reconcile.CommandContext;
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

  private static List<ObjectNode> items(ObjectNode list) {
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : list.path("items")) {
      items.add((ObjectNode) item);
    }
    return items;
  }
}
