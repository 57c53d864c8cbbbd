package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.superuser;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.postgres.RealPostgres;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that run as accounts of their own, which every Linux has for other purposes. */
@Timeout(400)
final class TestNamedAccountsForReal {
  private static final List<String> CANDIDATES =
      List.of("games", "news", "uucp", "lp", "mail", "bin", "ftp", "operator");

  private static final Duration SOON = Duration.ofSeconds(60);

  private static final ResourceKey A = ResourceKey.of(PostgreSQLInstance.KIND, "a");
  private static final ResourceKey O = ResourceKey.of(PostgreSQLInstance.KIND, "o");
  private static final ResourceKey BRANCH = ResourceKey.of(Branch.KIND, "b");

  private Pglet pglet;
  private ServerAccount self;

  @BeforeEach
  void open() throws Exception {
    pglet = Pglet.inMemory();
    self = new ServerAccounts(pglet.settings(), new HostAccounts(), _ -> {}).look();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  /** Two accounts that the daemon's servers do not run as. */
  private List<ServerAccount> two() throws Exception {
    assumeTrue(self.switching(), "only a daemon of root runs servers as other accounts");
    NamedAccounts accounts = new NamedAccounts(new HostAccounts(), self);
    List<ServerAccount> found = new ArrayList<>();
    for (String name : CANDIDATES) {
      if (isFit(accounts, name)) {
        found.add(accounts.forNew(NamedAccount.of(name)));
      }
    }
    assumeTrue(found.size() >= 2, "this host has no two accounts with groups of their own");
    return found.subList(0, 2);
  }

  /** Others are not there, or somebody else is in their group. */
  private static boolean isFit(NamedAccounts accounts, String name) throws Exception {
    try {
      accounts.forNew(NamedAccount.of(name));
      return true;
    } catch (InvalidSpec e) {
      return false;
    }
  }

  private static String manifest(String name, String fields) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: NAME
        spec:
          version: "MAJOR"
          deletionPolicy: Delete
          FIELDS
        """
        .replace("NAME", name)
        .replace("MAJOR", SYSTEM_MAJOR)
        .replace("FIELDS", fields);
  }

  private static String runBy(ServerAccount account) {
    return "runtime: {user: %s}".formatted(account.name());
  }

  private static String branchOfA() {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Branch
        metadata:
          name: b
        spec:
          source:
            instance: a
        """;
  }

  private static Path data(JsonNode resource) {
    return Path.of(resource.at("/status/dataDirectory").asText());
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /** Owner, group and mode. */
  private static String seen(Path path) throws IOException {
    return "%d:%d %s"
        .formatted(
            uid(path),
            (Integer) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)));
  }

  private static List<Path> all(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.toList();
    }
  }

  private static Result as(ServerAccount account, String script, Object... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new LocalCommands().run(Invocation.of(SOON, command.toArray(String[]::new)).as(account));
  }

  /** The server, its data, and what lies around it that is root's. */
  private static void assertRunsAs(ServerAccount account, JsonNode resource) throws Exception {
    Path data = data(resource);
    assertThat(uid(Path.of("/proc/" + pid(resource)))).isEqualTo(account.uid());
    assertThat(all(data).stream().filter(path -> !Files.isSymbolicLink(path)))
        .isNotEmpty()
        .allSatisfy(path -> assertThat(uid(path)).as("%s", path).isEqualTo(account.uid()));
    assertThat(seen(data)).isEqualTo(account.uid() + ":" + account.gid() + " rwx------");
    Path socket = Path.of(resource.at("/status/connection/socket").asText());
    assertThat(seen(socket)).isEqualTo(account.uid() + ":" + account.gid() + " rwxr-xr-x");
    Path volume = requireNonNull(data.getParent());
    assertThat(volume).hasFileName(resource.at("/status/volume").asText());
    assertRoots(volume.resolve("config"), account);
  }

  private static void assertRoots(Path config, ServerAccount account) throws Exception {
    Path volume = requireNonNull(config.getParent());
    assertThat(seen(volume)).isEqualTo("0:" + account.gid() + " rwx--x---");
    assertThat(seen(config)).isEqualTo("0:" + account.gid() + " rwxr-x---");
    assertThat(seen(volume.resolve("log"))).isEqualTo("0:" + account.gid() + " rwx------");
    assertThat(all(config).stream().filter(Files::isRegularFile))
        .anySatisfy(file -> assertThat(file.toString()).endsWith(".key"))
        .allSatisfy(
            file ->
                assertThat(seen(file))
                    .as("%s", file)
                    .isEqualTo("0:" + account.gid() + " rw-r-----"));
  }

  /** Over the socket as the superuser, which peer authentication decides. */
  private static Result superuserAs(ServerAccount account, JsonNode resource) throws Exception {
    return as(
        account,
        "\"$1\" -X -A -t -h \"$2\" -p \"$3\" -U postgres -c \"SELECT 'in'\" postgres",
        RealPostgres.system().bin("psql"),
        resource.at("/status/connection/socket").asText(),
        resource.at("/status/port").asText());
  }

  @Test
  void eachServerRunsAsItsAccountAndNoAccountReachesWhatIsAnothers() throws Exception {
    ServerAccount one = two().getFirst();
    ServerAccount other = two().getLast();
    Path outside = Files.createDirectory(pglet.base().resolve("outside"));
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
    pglet.write("a.yaml", manifest("a", runBy(one)));
    pglet.write("b.yaml", branchOfA());
    pglet.write(
        "o.yaml",
        manifest(
            "o",
            runBy(other)
                + "\n  storage: {dataDirectory: @/data, walDirectory: @/wal, logDirectory: @/log, archiveDirectory: @/archive}"
                    .replace("@", outside.toString())));
    pglet.write("plain.yaml", manifest("plain", "desiredState: Running"));
    pglet.converge();
    JsonNode a = pglet.instance("a");
    JsonNode b = pglet.branch("b");
    JsonNode o = pglet.instance("o");
    JsonNode plain = pglet.instance("plain");

    assertRunsAs(one, a);
    assertRunsAs(one, b);
    assertRunsAs(self, plain);
    assertThat(uid(Path.of("/proc/" + pid(o)))).isEqualTo(other.uid());
    for (String directory : List.of("data", "wal", "log", "archive")) {
      assertThat(seen(outside.resolve(directory)))
          .isEqualTo(other.uid() + ":" + other.gid() + " rwx------");
      assertThat(all(outside.resolve(directory)))
          .allSatisfy(
              path ->
                  assertThat(uid(path))
                      .as("%s", path)
                      .isEqualTo(Files.isSymbolicLink(path) ? 0 : other.uid()));
    }
    Path volumeOfO = pglet.settings().volumes().resolve(o.at("/status/volume").asText());
    assertRoots(volumeOfO.resolve("config"), other);
    assertThat(uid(outside)).as("what was there above is as it was").isEqualTo(0);
    for (JsonNode each : List.of(a, b, o, plain)) {
      try (Connection connection = connect(each)) {
        assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
      }
    }

    Path config = requireNonNull(data(a).getParent()).resolve("config");
    for (ServerAccount stranger : List.of(other, self)) {
      for (Path closed : List.of(data(a), data(b), config)) {
        Result tried = as(stranger, "ls \"$1\"; cat \"$1\"/*", closed);
        assertThat(tried.stdout()).as("%s of %s", closed, stranger.name()).isEmpty();
        assertThat(tried.stderr()).contains("Permission denied");
      }
      assertThat(superuserAs(stranger, a).stderr()).contains("Peer authentication failed");
      assertThat(superuserAs(stranger, b).stderr()).contains("Peer authentication failed");
    }
    assertThat(superuserAs(one, plain).stderr()).contains("Peer authentication failed");
    assertThat(superuserAs(one, o).stderr()).contains("Peer authentication failed");
    assertThat(as(one, "cat \"$1/PG_VERSION\"", data(a)).stdout().strip()).isEqualTo(SYSTEM_MAJOR);
    assertThat(superuserAs(one, a).stdout().strip()).as("its own").isEqualTo("in");
  }

  @Test
  void anAccountStaysThroughRefusedChangesAndANewDaemonUntilAllIsDeleted() throws Exception {
    ServerAccount one = two().getFirst();
    ServerAccount other = two().getLast();
    pglet.write("a.yaml", manifest("a", runBy(one)));
    pglet.write("b.yaml", branchOfA());
    pglet.write("o.yaml", manifest("o", runBy(other)));
    pglet.converge();
    List<Long> pids = pids();

    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pids()).isEqualTo(pids);

    for (String fields : List.of(runBy(other), runBy(self), "desiredState: Running")) {
      pglet.engine().apply(manifest("a", fields));
      assertThat(pglet.settle().succeeded()).as(fields).isFalse();
      assertThat(pglet.instance("a").at("/status/conditions").toString())
          .as(fields)
          .contains("Immutable", "spec.runtime.user", "Set it back to " + one.name());
    }
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pids()).isEqualTo(pids);

    // Nothing but what stops it can still be asked for.
    pglet.engine().apply(manifest("a", runBy(other) + "\n  desiredState: Stopped"));
    assertThat(pglet.settle().succeeded()).isFalse();
    assertThat(ProcessHandle.of(pids.getFirst()).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(pglet.instance("a").at("/status/conditions").toString()).contains("Immutable");
    pglet.engine().apply(manifest("a", runBy(one)));
    pglet.converge();
    pids = pids();
    pglet.engine().apply(manifest("a", runBy(other)));
    pglet.settle();

    // Down, and with a manifest that is refused, it is started as it was.
    assertThat(ProcessHandle.of(pids.getFirst()).orElseThrow().destroy()).isTrue();
    ProcessHandle.of(pids.getFirst()).ifPresent(server -> server.onExit().join());
    pglet.restart();
    pglet.settle();
    long started = pid(pglet.instance("a"));
    assertThat(started).isNotIn(pids);
    assertThat(uid(Path.of("/proc/" + started))).isEqualTo(one.uid());

    pglet.engine().apply(manifest("a", runBy(one) + "\n  parameters: {max_connections: 33}"));
    pglet.converge();
    assertRunsAs(one, pglet.instance("a"));
    assertRunsAs(one, pglet.branch("b"));
    assertRunsAs(other, pglet.instance("o"));
    try (Connection connection = superuser(pglet.instance("a"), "postgres")) {
      assertThat(ask(connection, "SHOW max_connections")).isEqualTo("33");
    }

    List<Path> data =
        List.of(data(pglet.instance("a")), data(pglet.branch("b")), data(pglet.instance("o")));
    for (ResourceKey key : List.of(BRANCH, A, O)) {
      pglet.engine().delete(key);
      pglet.settle();
    }
    assertThat(data).allSatisfy(each -> assertThat(each).doesNotExist());
    assertThat(data).allSatisfy(each -> assertThat(Leftovers.postmasters(each)).isEmpty());
    for (Path path : all(pglet.dataRoot())) {
      assertThat(uid(path)).as("%s", path).isEqualTo(0);
    }
    assertThat(Leftovers.files(pglet.settings().volumes(), Map.of()))
        .noneMatch(path -> path.contains("v-"));
  }

  private List<Long> pids() throws Exception {
    return List.of(pid(pglet.instance("a")), pid(pglet.branch("b")), pid(pglet.instance("o")));
  }

  @Test
  void onlyTheNamedAccountsClusterIsTakenOver() throws Exception {
    ServerAccount one = two().getFirst();
    Path outside = Files.createDirectory(pglet.base().resolve("outside"));
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path daemons =
        new FoundClusters(
                new ServerAccounts(pglet.settings(), new HostAccounts(), _ -> {}).resolve())
            .make(outside.resolve("daemons"), "-U postgres");
    Path ones = new FoundClusters(one).make(outside.resolve("ones"), "-U postgres");
    String adopting = runBy(one) + "\n  bootstrap: {adopt: {}}\n  storage: {dataDirectory: %s}";

    pglet.write("a.yaml", manifest("a", adopting.formatted(daemons)));
    assertThat(pglet.settle().toString())
        .contains(daemons + " belongs to the account " + self.name())
        .contains("the server runs as " + one.name());
    pglet.write("a.yaml", manifest("a", adopting.formatted(ones)));
    pglet.converge();

    JsonNode a = pglet.instance("a");
    assertThat(uid(Path.of("/proc/" + pid(a)))).isEqualTo(one.uid());
    try (Connection connection = superuser(a, "postgres")) {
      assertThat(ask(connection, "SELECT count(*) FROM public.t")).isEqualTo("1000");
    }
    pglet.engine().delete(A);
    pglet.settle();
    assertThat(all(ones).stream().filter(path -> !Files.isSymbolicLink(path)))
        .allSatisfy(path -> assertThat(uid(path)).as("%s", path).isEqualTo(one.uid()));
  }

  @Test
  void whoMayNotBeNamedIsRefusedBeforeAnythingIsTouched() throws Exception {
    pglet.write("a.yaml", manifest("a", "runtime: {user: root}"));
    assertThat(pglet.settle().succeeded()).isFalse();
    assertThat(pglet.instance("a").at("/status/conditions").toString())
        .contains("spec.runtime.user")
        .contains(self.switching() ? "AccountIsRoot" : "AccountNotAllowed");
    pglet.write("a.yaml", manifest("a", "runtime: {user: no-such-account}"));
    assertThat(pglet.settle().succeeded()).isFalse();
    assertThat(pglet.instance("a").at("/status/conditions").toString())
        .contains("no-such-account")
        .contains(self.switching() ? "AccountNotLocal" : "AccountNotAllowed");
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pglet.settings().volumes()).doesNotExist();
    assertThat(pglet.base().resolve("run")).doesNotExist();
  }

  @Test
  void theDaemonsAccountMayBeNamedAndTakenBack() throws Exception {
    pglet.write("a.yaml", manifest("a", runBy(self)));
    pglet.converge();
    long pid = pid(pglet.instance("a"));
    assertThat(uid(Path.of("/proc/" + pid))).isEqualTo(self.uid());
    pglet.steps().forget();
    pglet.engine().apply(manifest("a", "desiredState: Running"));
    pglet.converge();
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pid(pglet.instance("a"))).isEqualTo(pid);
  }
}
