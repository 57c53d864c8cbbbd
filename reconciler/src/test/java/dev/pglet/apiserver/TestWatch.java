package dev.pglet.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.reconcile.ReconcileException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class TestWatch {
  private static final String INSTANCES =
      "/apis/pglet.dev/v1alpha1/namespaces/default/postgresqlinstances";

  @TempDir Path directory;
  private Path socket = Path.of("unset");
  private final TestingBackend backend = new TestingBackend();
  private Optional<HelidonServer> server = Optional.empty();

  @BeforeEach
  void serve() throws ReconcileException {
    socket = directory.resolve("pglet.sock");
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T00:05:30Z"));
    server = Optional.of(HelidonServer.start(socket, new ApiRouter(backend, clock)));
  }

  @AfterEach
  void stop() throws ReconcileException {
    server.orElseThrow().close();
  }

  private interface Act {
    void run(int lines);
  }

  /** The lines of a watch; after each of them the test may act, and the watch ends at the last. */
  private List<String> lines(String query, String accept, int count, Act act)
      throws ReconcileException {
    List<String> lines = new ArrayList<>();
    ApiClient.connect(socket)
        .orElseThrow()
        .watch(
            INSTANCES + "?watch=1" + query,
            accept,
            event -> {
              if (!event.path("type").asText().equals("BOOKMARK")) {
                lines.add(summary(event));
                act.run(lines.size());
              }
              return lines.size() < count;
            });
    return lines;
  }

  private static String summary(ObjectNode event) {
    ObjectNode object = (ObjectNode) event.path("object");
    return "%s %s %s"
        .formatted(
            event.path("type").asText(),
            object.path("metadata").path("name").asText("-"),
            object.path("status").path("phase").asText("-"));
  }

  @Test
  void tellsWhatIsThereAndThenEveryChange() throws Exception {
    backend.instance("app", "Starting", 1);

    List<String> lines =
        lines(
            "",
            RemoteResources.JSON,
            3,
            line -> {
              if (line == 1) {
                backend.instance("app", "Running", 1);
                backend.delete(ResourceKey.of("PostgreSQLInstance", "app"));
              }
            });

    assertThat(lines)
        .containsExactly("ADDED app Starting", "MODIFIED app Running", "DELETED app Running");
  }

  @Test
  void goesOnFromAVersion() throws Exception {
    backend.instance("old", "Running", 1);
    long version = backend.resourceVersion();
    backend.instance("new", "Running", 2);

    assertThat(lines("&resourceVersion=" + version, RemoteResources.JSON, 1, line -> {}))
        .containsExactly("ADDED new Running");
  }

  @Test
  void selectsOneName() throws Exception {
    backend.instance("app", "Starting", 1);
    backend.instance("other", "Starting", 2);

    List<String> lines =
        lines(
            "&fieldSelector=metadata.name%3Dapp",
            RemoteResources.JSON,
            2,
            line -> {
              backend.instance("other", "Running", 2);
              backend.delete(ResourceKey.of("PostgreSQLInstance", "other"));
              backend.instance("app", "Running", 1);
            });

    assertThat(lines).containsExactly("ADDED app Starting", "MODIFIED app Running");
  }

  @Test
  void whatStopsBeingSelectedIsToldAsDeleted() throws Exception {
    ObjectNode app = backend.instance("app", "Running", 1);
    app.withObjectProperty("metadata").putObject("labels").put("tier", "web");
    long version = backend.resourceVersion();

    List<String> lines = new ArrayList<>();
    backend.instance("other", "Running", 2);
    ApiClient client = ApiClient.connect(socket).orElseThrow();
    ObjectNode unlabelled = app.deepCopy();
    unlabelled.withObjectProperty("metadata").remove("labels");
    ObjectNode labelled = app.deepCopy();
    Thread changes =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    backend.awaitWatch();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  backend.put(unlabelled);
                  backend.put(labelled);
                });
    client.watch(
        INSTANCES + "?watch=1&labelSelector=tier%3Dweb&resourceVersion=" + version,
        RemoteResources.JSON,
        event -> {
          if (!event.path("type").asText().equals("BOOKMARK")) {
            lines.add(summary(event));
          }
          return lines.size() < 2;
        });
    changes.join();

    assertThat(lines).containsExactly("DELETED app Running", "ADDED app Running");
  }

  @Test
  void tablesComeRowByRow() throws Exception {
    backend.instance("app", "Running", 1);
    List<ObjectNode> events = new ArrayList<>();

    ApiClient.connect(socket)
        .orElseThrow()
        .watch(
            INSTANCES + "?watch=true",
            RemoteResources.TABLE,
            event -> {
              events.add(event);
              return false;
            });

    assertThat(events.getFirst().path("object").path("kind").asText()).isEqualTo("Table");
    assertThat(events.getFirst().path("object").path("rows")).hasSize(1);
  }

  @Test
  void endsWhenItsTimeIsOverWithABookmarkAtTheNewestVersion() throws Exception {
    backend.instance("app", "Running", 1);
    List<ObjectNode> events = new ArrayList<>();

    ApiClient.connect(socket)
        .orElseThrow()
        .watch(
            INSTANCES + "?watch=1&timeoutSeconds=1",
            RemoteResources.JSON,
            event -> events.add(event));

    assertThat(events).hasSize(2);
    assertThat(events.getLast().path("type").asText()).isEqualTo("BOOKMARK");
    assertThat(events.getLast().path("object").path("metadata").path("resourceVersion").asLong())
        .isEqualTo(backend.resourceVersion());
  }

  @Test
  void answersAtOnceThoughNothingHappens() throws Exception {
    try (SocketChannel channel = SocketChannel.open(java.net.UnixDomainSocketAddress.of(socket))) {
      channel.write(
          ByteBuffer.wrap(
              ("GET " + INSTANCES + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8)));
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      StringBuilder head = new StringBuilder();
      while (head.indexOf("BOOKMARK") < 0) {
        assertThat(channel.read(buffer)).isPositive();
        head.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        buffer.clear();
      }
      assertThat(head.toString())
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("transfer-encoding: chunked")
          .containsIgnoringCase("content-type: application/json");
    }
  }

  @Test
  void aClientThatGoesAwayIsNoErrorOfAnybody() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    Logger everything = Logger.getLogger("");
    Handler ear =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
              said.add(record.getLoggerName() + ": " + record.getMessage());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    everything.addHandler(ear);
    try {
      backend.instance("app", "Starting", 1);
      assertThat(lines("", RemoteResources.JSON, 1, line -> {})).hasSize(1);
      // The first writes may still find the socket open.
      for (int i = 0; backend.watchers() > 0; i++) {
        backend.instance("app", "Running" + i, 1);
      }
      server.orElseThrow().close();
    } finally {
      everything.removeHandler(ear);
      serve();
    }
    assertThat(said).isEmpty();
  }
}
