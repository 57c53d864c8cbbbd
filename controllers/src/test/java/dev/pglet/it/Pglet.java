package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.host.file.FileTree;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.engine.Engine;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.engine.SystemScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pglet of its own, in a directory that the server account can enter. Closing it ends every
 * server of its data root and removes everything.
 */
final class Pglet implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);

  /** Of some pglets at once, with a few small clusters each. */
  private static final long NEEDED_MEMORY = 2L << 30;

  private final Path base;
  private final Path dataRoot;
  private final Steps steps = new Steps();
  private Path manifests;
  private Clock clock = Clock.systemUTC();
  private Supplier<List<KindProvider>> kinds = Pglet::allKinds;
  private @Nullable Engine engine;
  private @Nullable SystemScheduler scheduler;

  Pglet() throws IOException {
    this(Path.of("/tmp"));
  }

  private Pglet(Path parent) throws IOException {
    base = Files.createTempDirectory(parent, "pglet");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    dataRoot = base.resolve("data");
    manifests = Files.createDirectory(base.resolve("manifests"));
  }

  /**
   * In memory where the host has a place for it: for what is made so often that a disk, which syncs
   * each time, would be most of the time. {@code -Dpglet.test.place} names another place, such as
   * one on a certain file system.
   */
  static Pglet inMemory() throws IOException {
    String place = System.getProperty("pglet.test.place");
    if (place != null) {
      return new Pglet(Path.of(place));
    }
    Path memory = Path.of("/dev/shm");
    boolean good =
        Files.isWritable(memory)
            && Files.getFileStore(memory).getUsableSpace() > NEEDED_MEMORY
            && Files.readAllLines(Path.of("/proc/mounts")).stream()
                .noneMatch(mount -> mount.contains(" /dev/shm ") && mount.contains("noexec"));
    return good ? new Pglet(memory) : new Pglet();
  }

  Path base() {
    return base;
  }

  Path dataRoot() {
    return dataRoot;
  }

  Path manifests() {
    return manifests;
  }

  Steps steps() {
    return steps;
  }

  Settings settings() {
    return new Settings(dataRoot, base.resolve("run"), Optional.empty(), false);
  }

  /** Watches another directory from the next start on. */
  Pglet manifests(Path other) {
    manifests = other;
    return this;
  }

  /** It is another time from the next start on, for all but the manifests. */
  Pglet clock(Clock other) {
    clock = other;
    return this;
  }

  /** Has these from the next start on. */
  Pglet kinds(Supplier<List<KindProvider>> others) {
    kinds = others;
    return this;
  }

  private static List<KindProvider> allKinds() {
    return ServiceLoader.load(KindProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  Path write(String file, String yaml) throws IOException {
    return Files.writeString(manifests.resolve(file), yaml);
  }

  /** Drops all memory: a new engine begins with what is on the disk. */
  Engine restart() throws ReconcileException, IOException {
    stop();
    return engine();
  }

  Engine engine() throws ReconcileException, IOException {
    Engine running = engine;
    if (running != null) {
      return running;
    }
    SystemScheduler newScheduler = new SystemScheduler();
    List<KindProvider> providers = kinds.get();
    ManifestDirectory directory = directory(providers, newScheduler);
    Engine opened =
        Engine.open(
            EngineParts.of(settings(), providers, directory, clock, newScheduler)
                .listenedToBy(steps));
    scheduler = newScheduler;
    engine = opened;
    opened.start();
    return opened;
  }

  /** The watched directory, with no memory of what was read before. */
  ManifestDirectory directory(List<KindProvider> kinds, SystemScheduler of) throws IOException {
    return new ManifestDirectory(
        manifests,
        new KindRegistry(kinds.stream().map(KindProvider::crd).toList()),
        Clock.systemUTC(),
        TrustRule.forThisProcess(),
        of::schedule);
  }

  void stop() {
    if (engine != null) {
      engine.close();
      engine = null;
    }
    if (scheduler != null) {
      scheduler.close();
      scheduler = null;
    }
  }

  /** Waits for everything to come to an end, whichever. */
  Convergence settle() throws Exception {
    engine().rescan();
    return engine().converge(SOON);
  }

  /** Waits until everything is ready, or fails with what is not. */
  Pglet converge() throws Exception {
    Convergence convergence = settle();
    assertThat(convergence.succeeded()).as(convergence.toString()).isTrue();
    return this;
  }

  /** Waits until a server runs, whatever becomes of others. */
  Pglet untilRunning(String name) throws Exception {
    settle();
    for (int tries = 0;
        tries < 4 && !instance(name).at("/status/phase").asText().equals("Running");
        tries++) {
      settle();
    }
    assertThat(instance(name).at("/status/phase").asText()).isEqualTo("Running");
    return this;
  }

  JsonNode instance(String name) throws Exception {
    return get(ResourceKey.of(PostgreSQLInstance.KIND, name));
  }

  JsonNode branch(String name) throws Exception {
    return get(ResourceKey.of(Branch.KIND, name));
  }

  private JsonNode get(ResourceKey key) throws Exception {
    return engine().get(key).<JsonNode>map(object -> object).orElse(MissingNode.getInstance());
  }

  /** The pid that a status shows. */
  static long pid(JsonNode resource) {
    return resource.at("/status/pid").asLong();
  }

  /** Connects as a user would, with the URI of the status and the password of the passfile. */
  static Connection connect(JsonNode resource) throws SQLException, IOException {
    String uri = resource.at("/status/connection/uri").asText();
    assertThat(uri).startsWith("postgresql://");
    String address = uri.substring(uri.indexOf('@') + 1, uri.indexOf('?'));
    String user = uri.substring("postgresql://".length(), uri.indexOf('@'));
    Path passfile = Path.of(uri.substring(uri.indexOf("passfile=") + "passfile=".length()));
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password(passfile, user));
    return DriverManager.getConnection("jdbc:postgresql://" + address, properties);
  }

  /** The password that a passfile has for a role. */
  static String password(Path passfile, String role) throws IOException {
    String prefix = "*:*:*:" + role + ":";
    return Files.readAllLines(passfile).stream()
        .filter(line -> line.startsWith(prefix))
        .findFirst()
        .orElseThrow()
        .substring(prefix.length());
  }

  /** By amcheck, which the first database has: all its indexes, and the rows of a table. */
  static void requireSound(JsonNode server, String table) throws SQLException {
    try (Connection superuser = superuser(server, "app")) {
      run(
          superuser,
          """
          SELECT public.bt_index_check(c.oid, true)
            FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
           WHERE c.relpersistence = 'p' AND c.relkind = 'i'
          """);
      assertThat(ask(superuser, "SELECT count(*) FROM public.verify_heapam('" + table + "')"))
          .isEqualTo("0");
    }
  }

  /** A superuser's session over the socket. */
  static Connection superuser(JsonNode resource, String database) throws SQLException {
    return new SocketConnections()
        .open(
            Path.of(resource.at("/status/connection/socket").asText()),
            resource.at("/status/port").asInt(),
            database);
  }

  static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).as(sql).isTrue();
      return String.valueOf(rows.getString(1));
    }
  }

  static void run(Connection connection, String... sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : sql) {
        statement.execute(each);
      }
    }
  }

  @Override
  public void close() throws ReconcileException, IOException {
    cleanup();
    FileTree.delete(base);
  }

  /** Ends every server of the data root and removes its volumes. */
  void cleanup() throws ReconcileException, IOException {
    stop();
    try (SystemScheduler cleaning = new SystemScheduler()) {
      for (KindProvider kind : ServiceLoader.load(KindProvider.class)) {
        kind.controller(new CleaningContext(settings(), cleaning)).cleanup();
      }
    }
  }
}
