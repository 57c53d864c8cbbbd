package dev.pglet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.apiserver.ApiRouter;
import dev.pglet.apiserver.HelidonServer;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.edit.ConfigCommand;
import dev.pglet.cli.verb.AdoptCommand;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.cli.verb.CompletionCommand;
import dev.pglet.cli.verb.DeleteCommand;
import dev.pglet.cli.verb.DescribeCommand;
import dev.pglet.cli.verb.EventsCommand;
import dev.pglet.cli.verb.GetCommand;
import dev.pglet.cli.verb.PruneCommand;
import dev.pglet.cli.verb.ValidateCommand;
import dev.pglet.cli.verb.VersionCommand;
import dev.pglet.cli.verb.WaitCommand;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every verb, with a daemon on a real socket and without one. */
@Timeout(30)
class TestCli {
  private static final String MANIFEST =
      """
      # the shop
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "18"
      """;

  @TempDir Path directory;
  private final TestingBackend backend = new TestingBackend();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Optional<HelidonServer> server = Optional.empty();
  private String input = "";

  private static final class TestingVerbs implements Cli.Verbs {
    @Override
    public Optional<Command> find(String name) {
      return all().stream().filter(verb -> verb.spec().name().equals(name)).findFirst();
    }

    @Override
    public Collection<Command> all() {
      return List.of(
          new GetCommand(),
          new DescribeCommand(),
          new ApplyCommand(),
          new DeleteCommand(),
          new PruneCommand(),
          new AdoptCommand(),
          new ValidateCommand(),
          new WaitCommand(),
          new EventsCommand(),
          new ConfigCommand(List.of()),
          new CompletionCommand(this),
          new VersionCommand("1.2.3"));
    }
  }

  /** What is seen without a daemon: the same resources, as if observed. */
  private final class TestingHost implements LocalHost {
    @Override
    public Resources observe() {
      return backend;
    }

    @Override
    public List<ObjectNode> events() {
      return List.of();
    }

    @Override
    public List<String> rejected() {
      return List.of("/m/bad.yaml:1:1: it is bad");
    }

    @Override
    public Optional<ObjectNode> wholeSpec(
        ResourceKey key, Optional<String> template, String instead) {
      return backend.wholeSpec(key, template, instead);
    }

    @Override
    public List<ObjectNode> unmanaged() {
      List<ObjectNode> unmanaged = new ArrayList<>();
      backend.prunes().path("unmanaged").forEach(each -> unmanaged.add((ObjectNode) each));
      return unmanaged;
    }

    @Override
    public SpecRules rules(String kind) {
      return new SpecRules() {
        @Override
        public List<InvalidSpec> check(CustomResource<?, ?> resource) {
          return "pg_app".equals(((PostgreSQLInstance) resource).getSpec().database().owner())
              ? List.of(new InvalidSpec("Reserved", "spec.database.owner", "reserved", "Change it"))
              : List.of();
        }

        @Override
        public Map<String, String> claims(CustomResource<?, ?> resource) {
          int port = ((PostgreSQLInstance) resource).getSpec().network().port();
          return port == 0 ? Map.of() : Map.of("spec.network.port", "TCP port " + port);
        }
      };
    }

    @Override
    public Path manifests() {
      return directory;
    }
  }

  private void serve() throws ReconcileException {
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T01:00:00Z"));
    server =
        Optional.of(
            HelidonServer.start(directory.resolve("pglet.sock"), new ApiRouter(backend, clock)));
  }

  @AfterEach
  void stop() throws ReconcileException {
    if (server.isPresent()) {
      server.get().close();
    }
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session.Console console =
        new Session.Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), outStream, errStream);
    Session session =
        new Session(
            console,
            new Settings(directory, directory, Optional.empty(), false),
            backend::kinds,
            new TestingHost(),
            InstantSource.system());
    return new Cli(new TestingVerbs(), () -> session, outStream, errStream)
        .run(Arrays.asList(arguments));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void getShowsATableOfTheDaemon() throws Exception {
    serve();
    backend.instance("app", "Running", 5432);

    assertThat(run("get", "pg")).isZero();

    assertThat(out().lines().toList())
        .hasSize(2)
        .first()
        .asString()
        .matches("NAME +PHASE +READY +VERSION +PORT +CONNECTION +AGE");
    assertThat(out()).contains("app").contains("5432").contains("60m");
    assertThat(err()).contains("not in force: /m/bad.yaml:3:5: spec.prot: unknown field");
  }

  @Test
  void getShowsATableWithoutADaemon() {
    backend.instance("app", "Running", 5432);

    assertThat(run("get", "pg")).isZero();

    assertThat(out()).contains("app").contains("5432");
    assertThat(err()).contains("not in force: /m/bad.yaml:1:1");
  }

  @Test
  void getWritesEveryFormat() throws Exception {
    serve();
    backend.instance("app", "Running", 5432);

    assertThat(run("get", "pg/app", "-o", "yaml")).isZero();
    assertThat(out()).contains("version: \"18\"").contains("port: 5432");
    assertThat(run("get", "pg", "-o", "json")).isZero();
    assertThat(out()).contains("\"kind\" : \"List\"");
    assertThat(run("get", "all", "-o", "name")).isZero();
    assertThat(out()).isEqualTo("postgresqlinstance/app\n");
    assertThat(run("get", "pg", "app", "-o", "jsonpath={.status.port}")).isZero();
    assertThat(out()).isEqualTo("5432\n");
    assertThat(run("get", "pg", "-o", "wide")).isZero();
    assertThat(out()).contains("DATA");
  }

  @Test
  void getFailsForAMissingNameAndNotForAnEmptyList() throws Exception {
    serve();

    assertThat(run("get", "pg", "nope")).isEqualTo(1);
    assertThat(err()).contains("postgresqlinstances \"nope\" not found");
    assertThat(run("get", "pg")).isZero();
    assertThat(err()).contains("No resources found.");
  }

  @Test
  void wrongUsageIsExitCodeTwoWithTheWayOut() {
    assertThat(run("gte", "pg")).isEqualTo(2);
    assertThat(err()).contains("there is no such verb; did you mean 'get'?");
    assertThat(run("get", "pg", "--nope")).isEqualTo(2);
    assertThat(err()).contains("--nope").contains("pglet get --help");
    assertThat(run("get")).isEqualTo(2);
    assertThat(run("get", "pg", "-o", "xml")).isEqualTo(2);
    assertThat(run("wait", "pg/app")).isEqualTo(2);
    assertThat(err()).contains("condition=Ready");
    assertThat(run("wait", "pg/app", "--for=delete", "--timeout", "soon")).isEqualTo(2);
    assertThat(err()).contains("'soon' is no duration");
  }

  @Test
  void helpListsTheVerbsAndShowsTheirOptions() {
    assertThat(run()).isZero();
    assertThat(out()).contains("get ").contains("--data-root DIR");
    assertThat(run("help", "get")).isZero();
    assertThat(out()).contains("Usage: pglet get").contains("--output");
    assertThat(run("get", "--help")).isZero();
    assertThat(out()).contains("Usage: pglet get");
  }

  @Test
  void applyPutsTheTextAndSaysWhatItDid() throws Exception {
    serve();
    Path manifest = file("a.yaml", MANIFEST);

    assertThat(run("apply", "-f", manifest.toString())).isZero();
    assertThat(out()).isEqualTo("postgresqlinstance/app created\n");
    assertThat(backend.lastDocument).contains("# the shop");
    input = MANIFEST;
    assertThat(run("apply", "-f", "-")).isZero();
    assertThat(out()).isEqualTo("postgresqlinstance/app unchanged\n");
  }

  @Test
  void applyWritesNothingWhenOneManifestIsBad() throws Exception {
    serve();
    file("a.yaml", MANIFEST);
    file("b.yaml", MANIFEST.replace("version:", "verzion:"));

    assertThat(run("apply", "-f", directory.toString())).isEqualTo(1);

    assertThat(err()).contains("b.yaml:7:3").contains("version").contains("nothing was applied");
    assertThat(backend.lastDocument).isEmpty();
  }

  @Test
  void applyAndDeleteWithoutADaemonEditFilesAndSaySo() throws Exception {
    Path manifest = file("a.yaml", MANIFEST);

    assertThat(run("apply", "-f", manifest.toString())).isZero();
    assertThat(out()).contains("created in /m/ä b.yaml").contains("only the files were edited");
    assertThat(run("delete", "pg/app")).isZero();
    assertThat(out()).contains("removed from its file").contains("only the files were edited");
    assertThat(backend.get(ResourceKey.of("PostgreSQLInstance", "app"))).isEmpty();
  }

  @Test
  void waitingWithoutADaemonFailsAtOnce() throws Exception {
    backend.instance("app", "Starting", 1);
    Path manifest = file("a.yaml", MANIFEST);

    assertThat(run("wait", "pg/app", "--for=condition=Ready", "--timeout=1h")).isEqualTo(1);
    assertThat(err()).contains("no daemon runs").contains("pglet run DIR");
    assertThat(run("apply", "-f", manifest.toString(), "--wait")).isEqualTo(1);
    assertThat(backend.lastDocument).isEmpty();
    assertThat(run("get", "pg", "-w")).isEqualTo(1);
  }

  @Test
  void waitEndsWhenTheConditionComes() throws Exception {
    serve();
    backend.instance("app", "Starting", 1);
    Thread change =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    backend.awaitWatch();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  backend.instance("app", "Running", 1);
                });

    assertThat(run("wait", "pg/app", "--for=condition=Ready", "--timeout=20s")).isZero();
    change.join();
    assertThat(out()).contains("condition Ready=True met");
    assertThat(run("wait", "pg/app", "--for=jsonpath={.status.phase}=Running")).isZero();
    assertThat(run("wait", "pg/gone", "--for=delete")).isZero();
  }

  @Test
  void waitSaysWhyItWasNotMet() throws Exception {
    serve();
    backend.instance("app", "Starting", 1);

    assertThat(run("wait", "pg/app", "--for=condition=Ready", "--timeout=1s")).isEqualTo(1);
    assertThat(err()).contains("not met in time; its phase is Starting");
    assertThat(run("wait", "pg/nope", "--for=condition=Ready")).isEqualTo(1);
    assertThat(err()).contains("postgresqlinstance/nope not found");
  }

  @Test
  void deleteWaitsUntilItIsGone() throws Exception {
    serve();
    backend.instance("app", "Running", 1);

    assertThat(run("delete", "pg", "app")).isZero();
    assertThat(out())
        .contains("postgresqlinstance/app deleted")
        .contains("deletion met")
        .contains("only its document was removed, for nothing had been made by it");
    assertThat(run("delete", "pg", "app")).isEqualTo(1);
    assertThat(err()).contains("not found");
    assertThat(run("delete", "pg", "app", "--ignore-not-found")).isZero();
  }

  @Test
  void aDeletionSaysWhatBecameOfTheData() throws Exception {
    serve();
    backend.instance("app", "Running", 1);
    backend.unmanaged("postgresqlinstance/app", true);

    assertThat(run("delete", "pg", "app")).isZero();
    assertThat(out())
        .contains("postgresqlinstance/app: its data is kept")
        .contains("to remove it: pglet delete --data");
  }

  @Test
  void pruneListsWhatIsHeldAndDeletesItWhenThatIsConfirmed() throws Exception {
    serve();
    backend.held = List.of("branch/a", "branch/b");
    backend.unmanaged("branch/c", true);

    assertThat(run("get", "pg")).isZero();
    assertThat(err()).contains("held: branch/a").contains("pglet prune");
    assertThat(run("prune")).isZero();
    assertThat(out())
        .contains("branch/a: held", "branch/b: held", "pglet prune --confirm")
        .contains("branch/c: retained data: its manifest is not in /m");
    assertThat(backend.held).as("a list changes nothing").hasSize(2);

    assertThat(run("prune", "branch/a")).isEqualTo(2);
    assertThat(run("prune", "--confirm", "branch/a", "branch/x")).isEqualTo(1);
    assertThat(err()).contains("no deletion of branch/x is held, and nothing was deleted");
    assertThat(run("prune", "--confirm", "branch/b")).isZero();
    assertThat(out()).isEqualTo("branch/b is being deleted\n");
    backend.held = List.of("branch/a", "branch/b");
    assertThat(run("prune", "--confirm")).isZero();
    assertThat(out()).isEqualTo("branch/a is being deleted\nbranch/b is being deleted\n");
    assertThat(backend.held).isEmpty();
    assertThat(run("prune", "--confirm")).isZero();
    assertThat(out()).contains("No deletion waits");
  }

  @Test
  void pruneWithoutADaemonListsWhatIsUnmanagedAndConfirmsNothing() {
    backend.unmanaged("branch/c", false);

    assertThat(run("prune")).isZero();
    assertThat(out()).contains("branch/c: unmanaged");
    assertThat(err()).contains("No daemon runs");
    assertThat(run("prune", "--confirm")).isEqualTo(1);
    assertThat(err()).contains("no daemon answers").contains("pglet run DIR");
  }

  @Test
  void orphansAreListedWithWhereTheirDataIsAndWhatToDo() throws Exception {
    serve();
    backend.held = List.of("branch/a");
    backend.unmanaged("branch/c", true);

    assertThat(run("get", "--orphans")).isZero();
    assertThat(out().lines())
        .containsExactly(
            "RESOURCE   STATE      MANIFESTS   DATA",
            "branch/a   held       -           -",
            "branch/c   retained   /m          /volumes/v-1/data");
    assertThat(err())
        .contains("branch/a: its manifest is gone", "prune --confirm", "branch/c: its");
    assertThat(run("get", "--orphans", "-o", "name")).isZero();
    assertThat(out()).isEqualTo("branch/a\nbranch/c\n");
    assertThat(run("get", "--orphans", "-o", "jsonpath={.items[1].data}")).isZero();
    assertThat(out()).isEqualTo("/volumes/v-1/data\n");
    assertThat(run("get", "--orphans", "pg")).isEqualTo(2);
    backend.held = List.of();
    backend.deleteData(ResourceKey.of("Branch", "c"));
    assertThat(run("get", "--orphans")).isZero();
    assertThat(err()).contains("everything that is there has a manifest");
  }

  @Test
  void adoptAndDeletionOfDataAreTheDaemonsWork() throws Exception {
    assertThat(run("adopt", "branch/c")).isEqualTo(1);
    assertThat(err()).contains("no daemon answers", "pglet run DIR");
    assertThat(run("delete", "--data", "branch/c")).isEqualTo(1);
    assertThat(err()).contains("no daemon answers", "only one deletes data");
  }

  @Test
  void adoptSaysWhichFileTheManifestIsIn() throws Exception {
    serve();
    backend.unmanaged("branch/c", true);

    assertThat(run("adopt", "branch/c")).isZero();
    assertThat(out())
        .isEqualTo("branch/c adopted; its manifest was written to /manifests/adopted.yaml\n");
    assertThat(run("adopt", "branch/c")).isEqualTo(1);
    assertThat(err()).contains("there is nothing of branch/c on this host");
    assertThat(run("adopt")).isEqualTo(2);
  }

  @Test
  void keptDataIsDeletedOnlyWhenThatIsSaid() throws Exception {
    serve();
    backend.unmanaged("branch/c", true);

    assertThat(run("delete", "branch/c")).isEqualTo(1);
    assertThat(err())
        .contains("branch/c not found; its data was kept", "pglet delete --data branch/c");
    assertThat(run("delete", "--data", "--wait", "branch/c")).isZero();
    assertThat(out()).startsWith("branch/c deleted with its data\n");
    assertThat(run("delete", "--data", "branch/c")).isEqualTo(1);
    assertThat(run("delete", "--wait", "--no-wait", "branch/c")).isEqualTo(2);
  }

  @Test
  void theDaemonsRefusalIsShownWithItsRemedy() throws Exception {
    serve();
    backend.failing =
        Optional.of(new Refused("FileChanged", "a.yaml changed on disk", "Apply it again"));
    Path manifest = file("a.yaml", MANIFEST);

    assertThat(run("apply", "-f", manifest.toString())).isEqualTo(1);
    assertThat(err()).contains("a.yaml changed on disk\n  Apply it again.");
  }

  @Test
  void validateAndApplySayAtOnceAllThatAKindRefuses() throws Exception {
    Path one =
        file("one.yaml", MANIFEST + "  database: {owner: pg_app}\n  network: {port: 6000}\n");
    Path two =
        file(
            "two.yaml",
            MANIFEST.replace("name: app", "name: two") + "  network:\n    port: 6000\n");

    for (String verb : List.of("validate", "apply")) {
      assertThat(run(verb, "-f", one.toString(), "-f", two.toString())).isEqualTo(1);
      assertThat(err())
          .contains(one + ":8:14: spec.database.owner: reserved. Change it")
          .contains(two + ":9:5: spec.network.port: postgresqlinstance/app wants TCP port 6000")
          .contains("too, at " + one + ":9:13");
    }
    assertThat(backend.lastDocument).as("nothing was applied").isEmpty();
  }

  @Test
  void validateSkipsAndRejectsWhatTheDaemonDoes() throws Exception {
    Path root = Files.createDirectories(directory.resolve("repository"));
    Files.createDirectories(root.resolve(".github/workflows"));
    Files.writeString(root.resolve(".github/workflows/ci.yml"), "on: push\n");
    Files.writeString(root.resolve("box.yaml.bak"), "kind: [\n");
    assertThat(run("validate", root.toString())).as(err()).isZero();

    Files.createDirectory(root.resolve("folder.yaml"));
    Files.createSymbolicLink(root.resolve("nowhere.yaml"), Path.of("gone"));
    Files.createSymbolicLink(root.resolve("outside.yaml"), Path.of("/etc/hostname"));
    for (String verb : List.of("validate", "apply")) {
      assertThat(
              verb.equals("apply") ? run(verb, "-f", root.toString()) : run(verb, root.toString()))
          .isEqualTo(1);
      assertThat(err())
          .contains(
              root.resolve("folder.yaml") + ": is no regular file but a directory",
              root.resolve("nowhere.yaml") + ": is a symbolic link that leads nowhere",
              root.resolve("outside.yaml") + ": is a symbolic link to /etc/hostname, outside")
          .doesNotContain("ci.yml");
    }
  }

  @Test
  void validateNeedsNoDaemonAndNamesThePlace() throws Exception {
    file("a.yaml", MANIFEST);
    assertThat(run("validate")).isZero();
    assertThat(out()).isEqualTo("1 manifest(s) in 1 file(s) are valid\n");

    file("b.yaml", MANIFEST);
    assertThat(run("validate", directory.toString())).isEqualTo(1);
    assertThat(err())
        .contains("b.yaml:5:3: metadata.name: postgresqlinstance/app is declared in")
        .contains("a.yaml");

    assertThat(run("validate", directory.resolve("missing").toString())).isEqualTo(2);
  }

  @Test
  void describeAndEventsAndVersionWork() throws Exception {
    serve();
    backend.instance("app", "Running", 5432);

    assertThat(run("describe", "pg/app")).isZero();
    assertThat(out()).contains("Name:        app").contains("phase: Running").contains("  Ready");
    assertThat(run("describe", "pg/nope")).isEqualTo(1);
    assertThat(run("events")).isZero();
    assertThat(out()).contains("Started");
    assertThat(run("version")).isZero();
    assertThat(out()).contains("pglet 1.2.3").contains("daemon 0.1.0, pid 7");
  }

  @Test
  void aShellCompletesVerbsAndTheirOptions() throws Exception {
    assertThat(run("completion", "bash")).isZero();
    Path script = Files.writeString(directory.resolve("completion"), out());

    assertThat(completed(script, "pglet", "de")).contains("describe", "delete");
    assertThat(completed(script, "pglet", "delete", "--da")).contains("--data", "--data-root");
    assertThat(completed(script, "pglet", "get", "--or")).containsExactly("--orphans");
    assertThat(completed(script, "pglet", "config", "un")).contains("unset");
    assertThat(completed(script, "pglet", "config", "set", "--nam")).contains("--namespace");
    assertThat(run("completion", "tcsh")).isEqualTo(Cli.USAGE);
    assertThat(err()).contains("tcsh").contains("bash, zsh");
  }

  private static List<String> completed(Path script, String... words) throws Exception {
    String ask =
        "compopt() { :; }; source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_pglet; printf '%%s\\n' \"${COMPREPLY[@]}\""
            .formatted(script, String.join(" ", words), words.length - 1);
    Process bash = new ProcessBuilder("bash", "-c", ask).redirectErrorStream(true).start();
    String answer = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(answer).isZero();
    return answer.lines().toList();
  }

  @Test
  void globalOptionsAreTakenFromAnywhere() {
    GlobalOptions options =
        GlobalOptions.take(
            List.of("--data-root=/d", "get", "--manifests", "/m", "pg", "--", "--config", "x"));

    assertThat(options.values())
        .containsEntry("--data-root", "/d")
        .containsEntry("--manifests", "/m");
    assertThat(options.rest()).containsExactly("get", "pg", "--", "--config", "x");
  }
}
