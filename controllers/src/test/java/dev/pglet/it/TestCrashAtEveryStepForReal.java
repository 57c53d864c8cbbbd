package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.engine.Engine;
import dev.pglet.reconcile.engine.SystemScheduler;
import dev.pglet.reconcile.testing.CrashAtEveryStep;
import dev.pglet.reconcile.testing.CrashPoint;
import dev.pglet.reconcile.testing.TestingScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Pglet dies before and after each act on a real host with real servers, is started again without
 * memory, and ends as if nothing had happened: from a manifest to a server that is used, over edits
 * that are taken and one that no server starts with, and from its deletion to nothing. {@code
 * -Dpglet.crash.every=1} tries each of these moments, which takes long; without, each eighth.
 */
final class TestCrashAtEveryStepForReal {
  private static final int EVERY = Integer.getInteger("pglet.crash.every", 8);

  private static final String INSTANCE =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        deletionPolicy: Delete
        parameters:
          work_mem: 5MB
        extensions: [{name: citext}]
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: NAME
      spec:
        source:
          instance: app
      """;

  /** One resource from its creation to its end, over some lives. */
  private abstract static class Life implements CrashAtEveryStep.Scenario {
    final Pglet pglet;
    private final int number;
    private final ResourceKey key;
    private final Path manifest;
    private final Made made = new Made();
    private final SystemScheduler scheduler = new SystemScheduler();
    private CrashPoint point = CrashPoint.never();
    private List<String> running = List.of();

    Life(int number, Pglet pglet, ResourceKey key, String manifest) throws IOException {
      this.number = number;
      this.pglet = pglet;
      this.key = key;
      this.manifest = pglet.write(key.name() + ".yaml", manifest);
    }

    @Override
    public void begin(CrashPoint ofThisLife) {
      point = ofThisLife;
    }

    @Override
    public Settings settings() {
      return pglet.settings();
    }

    @Override
    public List<KindProvider> kinds() {
      return CrashingKinds.of(point, made, number);
    }

    @Override
    public ManifestSource manifests() {
      try {
        return pglet.directory(kinds(), scheduler);
      } catch (IOException e) {
        throw new AssertionError("the account of this process is not known", e);
      }
    }

    @Override
    public Optional<TestingScheduler> time() {
      return Optional.empty();
    }

    /** What a user finds, and then deletes. Whoever died on the way looks again when all is up. */
    @Override
    public void act(Engine engine) throws ReconcileException {
      if (Files.exists(manifest)) {
        running = look(engine);
      }
      engine.delete(key);
    }

    private List<String> look(Engine engine) {
      List<String> found = new ArrayList<>();
      JsonNode resource =
          engine.get(key).<JsonNode>map(there -> there).orElse(MissingNode.getInstance());
      Path data = Path.of(resource.at("/status/dataDirectory").asText());
      found.add(resource.at("/status/phase").asText());
      found.add("postmasters: " + Leftovers.postmasters(data).size());
      try (Connection connection = connect(resource)) {
        found.add(ask(connection, "SHOW work_mem"));
        found.add(ask(connection, "SELECT current_user"));
        found.add(ask(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'citext'"));
        found.add(use(connection));
        found.addAll(files());
      } catch (SQLException | IOException | AssertionError e) {
        // As it is for those who died before it was ready.
        found.add(e.toString());
      }
      return found;
    }

    /**
     * Without the events: those who die before they tell of what they did never do. Nor with the
     * inventory, whose file and log are there or not by the number of lives.
     */
    List<String> files() throws IOException {
      return Leftovers.files(pglet.dataRoot(), names()).stream()
          .filter(file -> !file.matches("state/(events\\.jsonl|inventory\\.jsonl?)"))
          .toList();
    }

    /** In order: the source's volume is named before the others. */
    Map<String, String> names() {
      Map<String, String> names = new LinkedHashMap<>();
      names.put("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID");
      names.put("pools/[0-9a-f]{16}", "pools/POOL");
      names.put("branch-b\\d+", "branch-NAME");
      names.put("v-[0-9a-f]{8}-1", "VOLUME");
      return names;
    }

    Made made() {
      return made;
    }

    /** What is particular of the data. */
    abstract String use(Connection connection) throws SQLException;

    @Override
    public Object endState() throws Exception {
      List<String> end = new ArrayList<>(running);
      end.add("in the end:");
      end.addAll(files());
      end.add(made.toString());
      return String.join("\n", end);
    }

    @Override
    public void close() throws IOException {
      scheduler.close();
    }
  }

  /** An instance in a data root of its own. */
  private static final class InstanceLife extends Life {
    InstanceLife(int number) throws IOException {
      super(number, Pglet.inMemory(), ResourceKey.of("PostgreSQLInstance", "app"), INSTANCE);
    }

    @Override
    String use(Connection connection) throws SQLException {
      return ask(connection, "SELECT encoding FROM pg_database WHERE datname = 'app'");
    }

    @Override
    public void close() throws IOException {
      super.close();
      try {
        pglet.close();
      } catch (ReconcileException e) {
        throw new AssertionError(e.explain(), e);
      }
    }
  }

  /** An instance whose data was there before, and is there in the end. */
  private static final class AdoptingLife extends Life {
    private final Path data;

    AdoptingLife(int number, Pglet pglet, Path found) throws Exception {
      super(
          number,
          pglet,
          ResourceKey.of("PostgreSQLInstance", "app"),
          INSTANCE
              + "  bootstrap: {adopt: {}}\n  storage: {dataDirectory: %s/found/main}\n"
                  .formatted(pglet.base()));
      Path above = Files.createDirectory(pglet.base().resolve("found"));
      Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
      data = new FoundClusters(pglet.settings()).copy(found, above.resolve("main"));
    }

    @Override
    String use(Connection connection) throws SQLException {
      return ask(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'");
    }

    @Override
    public Object endState() throws Exception {
      List<String> end = new ArrayList<>();
      try (Stream<Path> files = Files.list(data.resolveSibling("main").getParent())) {
        files
            .map(file -> file.getFileName().toString().replaceAll("-[0-9a-f]{8}$", "-UID"))
            .sorted()
            .forEach(end::add);
      }
      for (String file : List.of("postgresql.conf", "postgresql.auto.conf")) {
        end.add(
            Files.isSymbolicLink(data.resolve(file))
                ? "a link"
                : Files.readString(data.resolve(file)));
      }
      new FoundClusters(pglet.settings())
          .alone(data, "COPY (SELECT count(*) FROM t) TO '" + data + "/answer'");
      end.add("rows: " + Files.readString(data.resolve("answer")));
      assertThat(String.join("\n", end))
          .contains("main.before-pglet-UID", "work_mem = 7MB", "port = '1'", "rows: 1000");
      return super.endState() + String.join("\n", end);
    }

    @Override
    public void close() throws IOException {
      super.close();
      try {
        pglet.close();
      } catch (ReconcileException e) {
        throw new AssertionError(e.explain(), e);
      }
    }
  }

  /** A branch of an instance that runs all the time. */
  private static final class BranchLife extends Life {
    private final Source source;
    private final Sources sources;

    BranchLife(int number, Sources sources, Source source) throws IOException {
      super(
          number,
          source.pglet(),
          ResourceKey.of("Branch", "b" + number),
          BRANCH.replace("NAME", "b" + number));
      this.source = source;
      this.sources = sources;
    }

    @Override
    String use(Connection connection) throws SQLException {
      return ask(connection, "SELECT count(*) FROM t");
    }

    @Override
    Map<String, String> names() {
      Map<String, String> names = new LinkedHashMap<>();
      names.put(source.app().at("/status/volume").asText(), "SOURCE");
      names.putAll(super.names());
      return names;
    }

    /** The source was neither stopped nor does anything of the copies hold it. */
    @Override
    public Object endState() throws Exception {
      try (Connection connection = connect(source.app())) {
        return super.endState()
            + "\nthe source: "
            + Leftovers.postmasters(source.data()).equals(Set.of(pid(source.app())))
            + ask(connection, "SELECT count(*) FROM pg_replication_slots")
            + ask(
                connection,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pglet%'"
                    + " AND backend_type = 'client backend'");
      }
    }

    @Override
    public void close() throws IOException {
      super.close();
      sources.giveBack(source);
    }
  }

  /** A running instance whose manifest is edited; it is used by one life after the other. */
  private static class EditLife extends Life {
    private final Source source;
    private final Sources sources;
    private final String edited;
    private String end = "";

    EditLife(int number, Sources sources, Source source, String edited) throws IOException {
      super(number, source.pglet(), source.key(), INSTANCE);
      this.source = source;
      this.sources = sources;
      this.edited = edited;
    }

    @Override
    public void act(Engine engine) throws ReconcileException {
      engine.apply(edited);
    }

    @Override
    String use(Connection connection) throws SQLException {
      return ask(connection, "SELECT count(*) FROM t");
    }

    /** As the next pglet finds it, which has nothing left to do. */
    @Override
    public Object endState() throws Exception {
      pglet.steps().forget();
      judge(pglet.settle());
      JsonNode app = pglet.instance("app");
      List<String> found = new ArrayList<>();
      assertThat(pglet.steps().names()).as("left to do").isEmpty();
      assertThat(app.at("/metadata/uid")).isEqualTo(source.app().at("/metadata/uid"));
      found.add("postmasters: " + Leftovers.postmasters(source.data()).size());
      try (Connection connection = connect(app)) {
        for (String setting : List.of("work_mem", "max_connections", "shared_buffers")) {
          found.add(ask(connection, "SHOW " + setting));
        }
        found.add(use(connection));
      }
      found.add(configuration(app));
      found.addAll(files());
      found.add(made().toString());
      pglet.stop();
      end = String.join("\n", found);
      return end;
    }

    /** What is said of the configuration, by pglet and in the server's words. */
    private static String configuration(JsonNode app) {
      for (JsonNode condition : app.at("/status/conditions")) {
        if (condition.path("type").asText().equals("ConfigApplied")) {
          return "ConfigApplied=%s %s"
              .formatted(
                  condition.path("status").asText(),
                  condition
                      .path("message")
                      .asText()
                      .replaceAll("the server of .* FATAL: ", "FATAL: ")
                      .replaceAll("[0-9]+", "N"));
        }
      }
      return "nothing";
    }

    /** As it was before, for the next one. */
    @Override
    public void close() throws IOException {
      super.close();
      try {
        pglet.write("app.yaml", INSTANCE);
        pglet.converge();
        pglet.stop();
      } catch (Exception e) {
        throw new AssertionError("after " + end, e);
      }
      sources.giveBack(source);
    }
  }

  /** An edit with which no server starts, so that the configuration before is put back. */
  private static final class RefusedEditLife extends EditLife {
    RefusedEditLife(int number, Sources sources, Source source, String edited) throws IOException {
      super(number, sources, source, edited);
    }

    @Override
    public void judge(Convergence convergence) {
      assertThat(convergence.timedOut()).isFalse();
      assertThat(convergence.standings().values())
          .as("%s", convergence)
          .extracting(Convergence.Standing::state)
          .containsExactly(Convergence.State.STALLED);
    }

    @Override
    public Object endState() throws Exception {
      Object end = super.endState();
      assertThat(end.toString())
          .contains("postmasters: 1\n", "ConfigApplied=False spec.parameters.shared_buffers: ")
          .contains("could not map anonymous shared memory: Cannot allocate memory");
      return end;
    }
  }

  /** Something that is asked for by an annotation, and that is done once. */
  private static final class RequestLife extends EditLife {
    private final String done;

    RequestLife(int number, Sources sources, Source source, String edited, String done)
        throws IOException {
      super(number, sources, source, edited);
      this.done = done;
    }

    @Override
    public Object endState() throws Exception {
      Object end = super.endState();
      assertThat(Files.readString(pglet.manifests().resolve("app.yaml"))).contains(done);
      return end;
    }
  }

  /** A running instance with a table, and no engine. */
  private record Source(Pglet pglet, JsonNode app) {
    ResourceKey key() {
      return ResourceKey.of(PostgreSQLInstance.KIND, "app");
    }

    Path data() {
      return Path.of(app.at("/status/dataDirectory").asText());
    }
  }

  /** Making a source takes longer than a branch: each is used by one branch after the other. */
  private static final class Sources implements AutoCloseable {
    private final BlockingQueue<Source> free = new LinkedBlockingQueue<>();

    Sources(int number) throws Exception {
      for (int i = 0; i < number; i++) {
        Pglet pglet = Pglet.inMemory();
        pglet.write("app.yaml", INSTANCE);
        pglet.converge();
        JsonNode app = pglet.instance("app");
        free.add(new Source(pglet, app));
        try (Connection connection = connect(app)) {
          run(connection, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        }
        pglet.stop();
      }
    }

    Source take() throws InterruptedException {
      return free.take();
    }

    void giveBack(Source source) {
      free.add(source);
    }

    @Override
    public void close() throws ReconcileException, IOException {
      for (Source source : free) {
        source.pglet().close();
      }
    }
  }

  /**
   * Nothing happens between one write of the state and the act before it: after that is enough. But
   * an operation's last act, such as putting a copy in its place, is told by its journal alone.
   */
  private static boolean worth(String moment) {
    return !moment.matches("before (writing|appending to|adding to|deleting) .*")
        || moment.startsWith("before writing copy-");
  }

  @Test
  void anInstance() throws Exception {
    AtomicInteger number = new AtomicInteger();
    int crashes =
        CrashAtEveryStep.verify(
            () -> new InstanceLife(number.incrementAndGet()),
            3,
            EVERY,
            TestCrashAtEveryStepForReal::worth);
    assertThat(crashes).isGreaterThan(30 / EVERY);
  }

  @Test
  void anInstanceOfDataThatWasThereBefore() throws Exception {
    try (Pglet maker = Pglet.inMemory()) {
      FoundClusters clusters = new FoundClusters(maker.settings());
      Path found = clusters.make(maker.base().resolve("main"), "-U admin");
      append(found.resolve("postgresql.conf"), "work_mem = 7MB\n");
      append(found.resolve("postgresql.auto.conf"), "port = '1'\n");
      AtomicInteger number = new AtomicInteger();
      int crashes =
          CrashAtEveryStep.verify(
              () -> new AdoptingLife(number.incrementAndGet(), Pglet.inMemory(), found),
              2,
              EVERY,
              TestCrashAtEveryStepForReal::worth);
      assertThat(crashes).isGreaterThan(30 / EVERY);
    }
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  @Test
  void aBranch() throws Exception {
    try (Sources sources = new Sources(2)) {
      AtomicInteger number = new AtomicInteger();
      int crashes =
          CrashAtEveryStep.verify(
              () -> new BranchLife(number.incrementAndGet(), sources, sources.take()),
              2,
              EVERY,
              TestCrashAtEveryStepForReal::worth);
      assertThat(crashes).isGreaterThan(30 / EVERY);
    }
  }

  /** Makes the life of an edit. */
  @FunctionalInterface
  private interface Edit {
    EditLife make(int number, Sources sources, Source source, String edited) throws IOException;
  }

  private static int edit(IntFunction<String> edit) throws Exception {
    return edit(EditLife::new, edit);
  }

  private static int edit(Edit life, IntFunction<String> edit) throws Exception {
    try (Sources sources = new Sources(2)) {
      AtomicInteger numbers = new AtomicInteger();
      return CrashAtEveryStep.verify(
          () -> {
            int number = numbers.incrementAndGet();
            return life.make(number, sources, sources.take(), edit.apply(number));
          },
          2,
          EVERY,
          TestCrashAtEveryStepForReal::worth);
    }
  }

  @Test
  void anEditThatIsReloaded() throws Exception {
    assertThat(edit(_ -> INSTANCE.replace("5MB", "6MB"))).isGreaterThan(4 / EVERY);
  }

  @Test
  void anEditThatRestartsOnAnotherPort() throws Exception {
    int crashes =
        edit(
            life ->
                INSTANCE
                    .replace("work_mem: 5MB", "max_connections: 42")
                    .replace(
                        "  parameters:",
                        "  network: {port: " + (25000 + life) + "}\n  parameters:"));
    assertThat(crashes).isGreaterThan(8 / EVERY);
  }

  private static int request(String what) throws Exception {
    // What was done for an id is never done again: it is another one for each life.
    return edit(
        (number, sources, source, edited) ->
            new RequestLife(number, sources, source, edited, what + "Token: ask-" + number),
        life ->
            INSTANCE.replace(
                "  name: app\n",
                "  name: app\n  annotations: {pglet.dev/%s: ask-%d}\n".formatted(what, life)));
  }

  @Test
  void aRestartThatIsAskedFor() throws Exception {
    assertThat(request("restart")).isGreaterThan(4 / EVERY);
  }

  @Test
  void aReloadThatIsAskedFor() throws Exception {
    assertThat(request("reload")).isGreaterThan(4 / EVERY);
  }

  /** What was refused is not tried again: it is another value for each life. */
  @Test
  void anEditThatNoServerStartsWith() throws Exception {
    int crashes =
        edit(
            RefusedEditLife::new,
            life ->
                INSTANCE.replace(
                    "work_mem: 5MB", "work_mem: 5MB\n    shared_buffers: " + (7000 + life) + "GB"));
    assertThat(crashes).isGreaterThan(8 / EVERY);
  }
}
