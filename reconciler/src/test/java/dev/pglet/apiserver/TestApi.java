package dev.pglet.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.WantedSetting;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class TestApi {
  private static final String BASE = "/apis/pglet.dev/v1alpha1";
  private static final String INSTANCES = BASE + "/namespaces/default/postgresqlinstances";
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T00:05:30Z"));

  @TempDir Path directory;
  private Path socket = Path.of("unset");
  private final TestingBackend backend = new TestingBackend();
  private Optional<HelidonServer> server = Optional.empty();

  @BeforeEach
  void serve() throws ReconcileException {
    socket = directory.resolve("pglet.sock");
    server = Optional.of(HelidonServer.start(socket, new ApiRouter(backend, CLOCK)));
  }

  @AfterEach
  void stop() throws ReconcileException {
    if (server.isPresent()) {
      server.get().close();
    }
  }

  private ApiClient client() {
    return ApiClient.connect(socket).orElseThrow();
  }

  private RemoteResources resources() {
    return new RemoteResources(client(), backend.kinds());
  }

  private ObjectNode get(String path) throws ReconcileException {
    return client().get(path, RemoteResources.JSON).orElseThrow();
  }

  /** The whole answer as the wire has it. */
  private String raw(String request) throws java.io.IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      java.util.Scanner in = new java.util.Scanner(channel, StandardCharsets.UTF_8);
      String head = in.useDelimiter("\r\n\r\n").next();
      int length =
          Integer.parseInt(head.replaceAll("(?is).*content-length: *([0-9]+).*", "$1").strip());
      StringBuilder answer = new StringBuilder(head);
      in.useDelimiter("");
      in.skip("\r\n\r\n");
      for (int i = 0; i < length; i++) {
        answer.append(in.next());
      }
      return answer.toString();
    }
  }

  private String raw(String method, String path) throws java.io.IOException {
    return raw(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  @Test
  void onlyTheOwnerCanOpenTheSocket() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(socket);
    }
  }

  @Test
  void closingRemovesTheSocket() throws Exception {
    stop();
    server = Optional.empty();

    assertThat(socket).doesNotExist();
    assertThat(ApiClient.connect(socket)).isEmpty();
  }

  @Test
  void theSocketOfALivingDaemonIsRefused() {
    assertThatThrownBy(() -> HelidonServer.start(socket, new ApiRouter(backend, CLOCK)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("another pglet answers on " + socket);
    assertThat(ApiClient.connect(socket)).isPresent();
  }

  @Test
  void theSocketOfADeadDaemonIsReplaced() throws Exception {
    Path stale = directory.resolve("stale.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();

    try (HelidonServer _ = HelidonServer.start(stale, new ApiRouter(backend, CLOCK))) {
      assertThat(ApiClient.connect(stale)).isPresent();
    }
  }

  @Test
  void aTooLongSocketPathIsRefusedWithTheWayOut() {
    Path deep = directory.resolve("d".repeat(100)).resolve("pglet.sock");
    assertThatThrownBy(() -> HelidonServer.start(deep, new ApiRouter(backend, CLOCK)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("bytes too long for a Unix socket");
  }

  @Test
  void discoveryListsKindsWithShortNames() throws Exception {
    assertThat(get("/api").path("versions").path(0).asText()).isEqualTo("v1");
    assertThat(get("/apis").path("groups").path(0).path("name").asText()).isEqualTo("pglet.dev");
    assertThat(get("/apis/pglet.dev/").path("preferredVersion").path("version").asText())
        .isEqualTo("v1alpha1");
    ObjectNode resources = get(BASE);
    assertThat(resources.path("resources").findValuesAsText("name"))
        .containsExactly("postgresqlinstances", "branches");
    assertThat(resources.path("resources").path(0).path("shortNames").toString())
        .isEqualTo("[\"pgi\",\"pg\"]");
    assertThat(get("/version").path("gitVersion").asText()).contains("pglet-0.1.0");
  }

  @Test
  void listsOneNamespaceOrAll() throws Exception {
    backend.instance("app", "Running", 5432);
    ObjectNode other = backend.instance("other", "Running", 5433).deepCopy();
    backend.delete(ResourceKey.of("PostgreSQLInstance", "other"));
    other.withObjectProperty("metadata").put("namespace", "test");
    backend.put(other);

    assertThat(get(INSTANCES).path("items").findValuesAsText("name")).containsExactly("app");
    ObjectNode all = get(BASE + "/postgresqlinstances");
    assertThat(all.path("kind").asText()).isEqualTo("PostgreSQLInstanceList");
    assertThat(all.path("items")).hasSize(2);
    assertThat(all.path("metadata").path("resourceVersion").asLong())
        .isEqualTo(backend.resourceVersion());
  }

  @Test
  void rendersATable() throws Exception {
    backend.instance("app", "Running", 5432);

    ObjectNode table = client().get(INSTANCES, RemoteResources.TABLE).orElseThrow();

    assertThat(table.path("columnDefinitions").findValuesAsText("name"))
        .startsWith("Name", "Phase", "Ready")
        .endsWith("Age");
    assertThat(table.path("columnDefinitions").findValuesAsText("priority")).contains("0", "1");
    assertThat(table.path("rows").path(0).path("cells").toString())
        .startsWith("[\"app\",\"Running\",\"True\",null,5432")
        .endsWith("\"5m30s\"]");
    assertThat(table.path("rows").path(0).path("object").path("metadata").path("name").asText())
        .isEqualTo("app");
  }

  @Test
  void selectsByLabelAndField() throws Exception {
    ObjectNode a = backend.instance("a", "Running", 1);
    a.withObjectProperty("metadata").putObject("labels").put("tier", "web");
    backend.instance("b", "Running", 2);

    assertThat(names(INSTANCES + "?labelSelector=tier%3Dweb")).containsExactly("a");
    assertThat(names(INSTANCES + "?labelSelector=tier%20notin%20(web,db)")).containsExactly("b");
    assertThat(names(INSTANCES + "?labelSelector=!tier")).containsExactly("b");
    assertThat(names(INSTANCES + "?fieldSelector=metadata.name%3Db")).containsExactly("b");
    assertThat(raw("GET", INSTANCES + "?fieldSelector=spec.x%3Db"))
        .startsWith("HTTP/1.1 400")
        .contains("spec.x=b is not supported");
  }

  private List<String> names(String path) throws ReconcileException {
    List<String> names = new ArrayList<>();
    get(path).path("items").forEach(item -> names.add(item.path("metadata").path("name").asText()));
    return names;
  }

  @Test
  void errorsAreStatusObjects() throws Exception {
    assertThat(raw("GET", INSTANCES + "/nope"))
        .startsWith("HTTP/1.1 404")
        .contains("\"kind\":\"Status\"")
        .contains("\"reason\":\"NotFound\"")
        .contains("postgresqlinstances.pglet.dev \\\"nope\\\" not found");
    assertThat(raw("GET", "/apis/apps/v1/deployments"))
        .startsWith("HTTP/1.1 404")
        .contains("there is nothing at /apis/apps/v1/deployments");
    assertThat(raw("POST", "/metrics")).startsWith("HTTP/1.1 405");
    assertThat(raw("DELETE", INSTANCES)).startsWith("HTTP/1.1 405").contains("one by one");
    assertThat(raw("GET", INSTANCES + "?watch=1&resourceVersion=1"))
        .startsWith("HTTP/1.1 410")
        .contains("\"reason\":\"Expired\"");
    assertThat(raw("GET", INSTANCES + "?watch=1&sendInitialEvents=true"))
        .startsWith("HTTP/1.1 422");
  }

  @Test
  void probesSayWhatIsWrong() throws Exception {
    assertThat(raw("GET", "/healthz")).startsWith("HTTP/1.1 200").endsWith("ok");
    backend.problems = List.of("the manifest directory is unreadable");
    assertThat(raw("GET", "/readyz"))
        .startsWith("HTTP/1.1 503")
        .contains("the manifest directory is unreadable");
    assertThat(raw("GET", "/metrics")).contains("pglet_up 1");
  }

  @Test
  void appliesADocumentsOwnText() throws Exception {
    String document =
        """
        # why this one exists
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: app}
        spec: {version: "18"}   # newest
        """;

    Resources.Applied created = resources().apply(document);
    Resources.Applied again = resources().apply(document);

    assertThat(backend.lastDocument).isEqualTo(document);
    assertThat(created)
        .isEqualTo(new Resources.Applied(APP, Resources.Change.CREATED, "/m/ä b.yaml"));
    assertThat(again.change()).isEqualTo(Resources.Change.UNCHANGED);
  }

  @Test
  void aRefusedDocumentKeepsItsFieldAndMessage() {
    backend.failing =
        Optional.of(new InvalidSpec("UnknownField", "spec.prot", "a.yaml:3:5: prot", "Write port"));

    assertThatThrownBy(
            () ->
                resources()
                    .apply("kind: PostgreSQLInstance\nmetadata: {name: app}\nspec: {prot: 1}\n"))
        .isInstanceOfSatisfying(
            InvalidSpec.class,
            e -> {
              assertThat(e.field()).isEqualTo("spec.prot");
              assertThat(e.reason()).isEqualTo("UnknownField");
              assertThat(e.explain()).isEqualTo("a.yaml:3:5: prot. Write port");
            });
  }

  @Test
  void createRefusesWhatExists() throws Exception {
    backend.instance("app", "Running", 5432);
    String body = "{\"kind\":\"PostgreSQLInstance\",\"metadata\":{\"name\":\"app\"},\"spec\":{}}";

    assertThatThrownBy(() -> send("POST", INSTANCES, "application/json", body))
        .hasMessageContaining("already exists");
    send("POST", INSTANCES, "application/json", body.replace("app", "new"));

    assertThat(backend.get(ResourceKey.of("PostgreSQLInstance", "new"))).isPresent();
  }

  @Test
  void replaceLeavesOutWhatTheDaemonOwns() throws Exception {
    ObjectNode object = backend.instance("app", "Running", 5432).deepCopy();
    object.withObjectProperty("spec").put("version", "17");

    send("PUT", INSTANCES + "/app", "application/json", object.toString());

    assertThat(backend.lastDocument)
        .contains("version: \"17\"")
        .doesNotContain("status")
        .doesNotContain("uid")
        .doesNotContain("resourceVersion");
  }

  @Test
  void jsonEditsOnlyTheFieldsThatItChanges() throws Exception {
    ObjectNode object = backend.instance("app", "Running", 5432).deepCopy();
    backend.documents.put(APP, "# a document in a file");
    object.withObjectProperty("spec").put("version", "17");
    object.withObjectProperty("metadata").putObject("labels").put("tier", "web");

    send("PUT", INSTANCES + "/app", "application/json", object.toString());

    assertThat(backend.lastDocument).as("no document is put in its place").isEmpty();
    assertThat(backend.lastPatch)
        .hasToString(
            "{\"metadata\":{\"labels\":{\"tier\":\"web\"}},\"spec\":{\"version\":\"17\"}}");

    String minimal =
        "{\"apiVersion\":\"pglet.dev/v1alpha1\",\"kind\":\"PostgreSQLInstance\",\"metadata\":{\"name\":\"app\"}}";
    send("PATCH", INSTANCES + "/app", "application/apply-patch+yaml", minimal);

    assertThat(backend.lastPatch)
        .as("what is not in it any more goes")
        .hasToString("{\"metadata\":{\"labels\":{\"tier\":null}},\"spec\":{\"version\":null}}");
  }

  @Test
  void replaceOfAnOldVersionIsAConflict() throws Exception {
    ObjectNode old = backend.instance("app", "Running", 5432).deepCopy();
    backend.instance("app", "Stopped", 5432);

    assertThatThrownBy(() -> send("PUT", INSTANCES + "/app", "application/json", old.toString()))
        .hasMessageContaining("the object has been modified");
  }

  @Test
  void aMergePatchLeavesOutWhatTheDaemonOwns() throws Exception {
    ObjectNode object = backend.instance("app", "Running", 5432);
    String version = object.path("metadata").path("resourceVersion").asText();

    send(
        "PATCH",
        INSTANCES + "/app",
        "application/merge-patch+json",
        "{\"metadata\":{\"resourceVersion\":\"%s\",\"uid\":\"u\",\"labels\":{\"a\":\"b\"}},\"spec\":{\"version\":null}}"
            .formatted(version));

    assertThat(backend.lastPatch)
        .hasToString("{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"version\":null}}");
    assertThatThrownBy(
            () ->
                send(
                    "PATCH",
                    INSTANCES + "/app",
                    "application/merge-patch+json",
                    "{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{}}".formatted(version)))
        .hasMessageContaining("the object has been modified");
    assertThatThrownBy(
            () -> send("PATCH", INSTANCES + "/app", "application/merge-patch+json", "[]"))
        .hasMessageContaining("no JSON object");
  }

  @Test
  void aDocumentIsReplacedOnlyWhileItIsWhatItsEditorHasSeen() throws Exception {
    backend.documents.put(APP, "# ä\nname: app\n");

    assertThat(resources().document(APP).orElseThrow().text()).isEqualTo("# ä\nname: app\n");
    resources().replace(APP, "# ä\nname: app\n", "# 🐘\n");

    assertThat(backend.documents).containsEntry(APP, "# 🐘\n");
    assertThatThrownBy(() -> resources().replace(APP, "# ä\nname: app\n", "# mine\n"))
        .isInstanceOf(Refused.class)
        .satisfies(e -> assertThat(((Refused) e).reason()).isEqualTo(Resources.CONFLICT));
    assertThat(resources().document(ResourceKey.of("PostgreSQLInstance", "none"))).isEmpty();
    assertThatThrownBy(() -> get("/pglet/v1/document?kind=PostgreSQLInstance"))
        .hasMessageContaining("the query lacks namespace=");
  }

  @Test
  void otherPatchesAreUnsupportedMediaTypes() throws Exception {
    backend.instance("app", "Running", 5432);
    assertThatThrownBy(
            () -> send("PATCH", INSTANCES + "/app", "application/strategic-merge-patch+json", "{}"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("application/merge-patch+json");
  }

  @Test
  void aBodyAboutAnotherObjectThanThePathIsRefused() {
    assertThatThrownBy(
            () ->
                send(
                    "PUT",
                    INSTANCES + "/app",
                    "application/yaml",
                    "kind: PostgreSQLInstance\nmetadata: {name: other}\n"))
        .hasMessageContaining("the body is about default/other, the path about default/app");
  }

  @Test
  void deleteAnswersOnceAndHonoursPreconditions() throws Exception {
    backend.instance("app", "Running", 5432);

    assertThatThrownBy(
            () ->
                send(
                    "DELETE",
                    INSTANCES + "/app",
                    "application/json",
                    "{\"preconditions\":{\"uid\":\"other\"}}"))
        .hasMessageContaining("its uid is");
    assertThat(resources().delete(APP)).isTrue();
    assertThat(resources().delete(APP)).isFalse();
  }

  @Test
  void aDryRunAnswersThePlanAndWritesNothing() throws Exception {
    backend.instance("app", "Running", 5432);
    Preview preview =
        new Preview(
            APP,
            false,
            false,
            false,
            List.of(new Preview.Difference("spec.version", Optional.of("18"), Optional.of("18.1"))),
            List.of(new Preview.PlannedStep("RestartServer", "restarting", Risk.RESTART)),
            Optional.of("0123456789abcdef"),
            Optional.empty(),
            List.of("extensions"),
            List.of(new Preview.PlannedStep("Repaint", "repainting", Risk.RESTART)),
            List.of(),
            false);
    backend.previews.put(APP, preview);
    String path = "/apis/pglet.dev/v1alpha1/namespaces/default/postgresqlinstances/app";
    String document = "kind: PostgreSQLInstance\nmetadata: {name: app}\n";

    ObjectNode plan = send("PATCH", path + "?dryRun=All", "application/apply-patch+yaml", document);
    assertThat(plan.path("kind").asText()).isEqualTo("Plan");
    assertThat(plan.at("/metadata/name").asText()).isEqualTo("app");
    assertThat(plan.at("/steps/0/risk").asText()).isEqualTo("RESTART");
    assertThat(backend.previewed).isEqualTo(document);
    assertThat(backend.lastDocument).isEmpty();

    assertThat(resources().preview(APP, document)).isEqualTo(preview);
    assertThat(resources().preview(APP)).contains(preview);
    assertThat(resources().previewDeletion(APP)).contains(preview);
    assertThat(backend.get(APP)).isPresent();
    assertThat(resources().preview(ResourceKey.of("PostgreSQLInstance", "no"))).isEmpty();
    assertThatThrownBy(() -> send("PUT", path + "?dryRun=All", "application/yaml", document))
        .hasMessageContaining("dryRun is supported for PATCH");
    assertThatThrownBy(
            () -> send("PATCH", path + "?dryRun=yes", "application/apply-patch+yaml", document))
        .hasMessageContaining("dryRun is All or absent, not 'yes'");
    assertThat(backend.lastDocument).isEmpty();
  }

  @Test
  void listsWhatWasAccepted() throws Exception {
    backend.instance("app", "Running", 5432);
    backend.revisions =
        List.of(
            new Revision(3, Instant.parse("2026-01-01T00:00:00.5Z"), "/m/ä.yaml", "ff", "# ü\n"),
            new Revision(4, Instant.parse("2026-01-02T00:00:00Z"), "/m/ä.yaml", "fe", "# ö\n"));

    assertThat(resources().revisions(APP)).isEqualTo(backend.revisions);
    assertThat(
            get("/apis/pglet.dev/v1alpha1/namespaces/default/postgresqlinstances/app/revisions")
                .path("kind")
                .asText())
        .isEqualTo("RevisionList");
  }

  @Test
  void listsBySettingsWhatRunsIsConfiguredBy() throws Exception {
    backend.instance("app", "Running", 5432);
    backend.settings =
        List.of(
            new WantedSetting("port", "5432", "spec.network.port", ""),
            new WantedSetting("lc_messages", "C", "", "pglet"));
    String path = "/apis/pglet.dev/v1alpha1/namespaces/default/postgresqlinstances/app/settings";

    assertThat(get(path).path("items").toString())
        .isEqualTo(
            "[{\"name\":\"port\",\"value\":\"5432\",\"field\":\"spec.network.port\",\"origin\":\"\"},"
                + "{\"name\":\"lc_messages\",\"value\":\"C\",\"field\":\"\",\"origin\":\"pglet\"}]");
  }

  @Test
  void aTooLongBodyIsRefused() {
    assertThatThrownBy(
            () -> send("PUT", INSTANCES + "/app", "application/yaml", "a".repeat((1 << 20) + 1)))
        .hasMessageContaining("longer than 1048576 bytes");
  }

  @Test
  void shutdownAnswersAndThenAsks() throws Exception {
    assertThat(send("POST", "/pglet/v1/shutdown", "", "").path("pid").asInt()).isEqualTo(7);
    assertThat(backend.wasShutDown()).isTrue();
  }

  @Test
  void saysWhatIsRejectedAndWhatHappened() throws Exception {
    assertThat(get("/pglet/v1/rejected").path("items").path(0).path("problems").path(0).asText())
        .contains("bad.yaml:3:5");
    assertThat(get("/api/v1/events").path("items")).hasSize(1);
    assertThat(get("/api/v1/namespaces/other/events").path("items")).isEmpty();
  }

  private ObjectNode send(String method, String path, String type, String body)
      throws ReconcileException {
    return client().send(method, path, RemoteResources.JSON, type, body).orElseThrow().object();
  }
}
