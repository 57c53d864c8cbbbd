package dev.pglet.host.postgres;

import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Real servers in a temporary directory, run as {@code nobody} when the tests run as root. */
public final class RealPostgres implements AutoCloseable {
  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");

  /** The newest major version that the system's packages have brought, as in a manifest. */
  public static final String SYSTEM_MAJOR = newestPackage();

  public final Path root;
  public final ServerAccount account;
  public final LocalPostgresServer servers = new LocalPostgresServer(new LocalCommands());
  private final AccountDatabase.Entry self;
  private final List<Path> clusters = new ArrayList<>();

  public RealPostgres() throws Exception {
    // Short: a socket's path has at most 106 bytes.
    root = Files.createTempDirectory("pg");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    self = new HostAccounts().self();
    AccountDatabase.Entry entry =
        self.uid() == 0 ? new HostAccounts().find("nobody").orElseThrow() : self;
    account = new ServerAccount(entry.name(), entry.uid(), entry.gid(), self.uid() == 0);
  }

  private static String newestPackage() {
    try (Stream<Path> majors = Files.list(PACKAGES)) {
      return majors
          .filter(major -> Files.isExecutable(major.resolve("bin/postgres")))
          .map(major -> major.getFileName().toString())
          .filter(major -> major.matches("[0-9]+"))
          .max(Comparator.comparingInt(Integer::parseInt))
          .orElseThrow(() -> new IllegalStateException("no server in " + PACKAGES));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The tests need a PostgreSQL server of the system's packages: hack/test installs one", e);
    }
  }

  public static Binaries system() {
    Path home = PACKAGES.resolve(SYSTEM_MAJOR);
    return new Binaries(
        new PostgresVersion(Integer.parseInt(SYSTEM_MAJOR), 0),
        home,
        "system",
        home.resolve("lib"),
        Path.of("/usr/share/postgresql", SYSTEM_MAJOR));
  }

  /** A directory that the account can only pass through, as a volume is. */
  public Path volume(String name) throws IOException {
    Path volume = root.resolve(name);
    Ownership.ours(volume, account, "rwx--x---");
    return volume;
  }

  public InitRequest initRequest(Binaries binaries, Path volume) {
    return new InitRequest(binaries, volume.resolve("data"), "UTF8", "C.UTF-8", account);
  }

  /** A cluster that lets the account of this process in as {@code postgres}. */
  public Path cluster(Binaries binaries, String name) throws Exception {
    Path volume = volume(name);
    servers.initialize(initRequest(binaries, volume));
    Path data = volume.resolve("data");
    configure(data);
    return data;
  }

  /** Makes a cluster one that lets us in, and is stopped in the end. */
  public void configure(Path data) throws IOException {
    letUsIn(data);
    write(
        data.resolve("postgresql.conf"),
        """
        listen_addresses = ''
        unix_socket_directories = '%s'
        fsync = off
        shared_buffers = 8MB
        lc_messages = 'C'
        """
            .formatted(root.resolve("s")));
    clusters.add(data);
  }

  /** Lets the account of this process in as {@code postgres}. */
  public void letUsIn(Path data) throws IOException {
    write(data.resolve("pg_hba.conf"), "local all postgres peer map=tests\n");
    write(data.resolve("pg_ident.conf"), "tests " + self.name() + " postgres\n");
  }

  public void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Ownership.give(file, account);
  }

  public StartRequest startRequest(Binaries binaries, Path data, int port) {
    return new StartRequest(
        binaries,
        data,
        data.resolveSibling("log"),
        data.resolveSibling("lock"),
        List.of("-c", "port=" + port),
        root.resolve("s"),
        port,
        account,
        Duration.ofSeconds(30));
  }

  public Postmaster start(Binaries binaries, Path data, int port) throws ReconcileException {
    return servers.start(startRequest(binaries, data, port));
  }

  public Connection connect(int port) throws SQLException {
    return connect(port, "postgres");
  }

  public Connection connect(int port, String database) throws SQLException {
    return new SocketConnections().open(root.resolve("s"), port, database);
  }

  public String query(int port, String sql) throws SQLException {
    try (Connection connection = connect(port);
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    }
  }

  /** The process dies as by {@code kill -9}, and has died when this returns. */
  public void kill(Postmaster postmaster) {
    Optional<ProcessHandle> handle = ProcessHandle.of(postmaster.pid());
    handle.ifPresent(ProcessHandle::destroyForcibly);
    while (ServerIdentity.lives(postmaster)) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() throws IOException, ReconcileException {
    for (Path data : clusters) {
      servers.stop(data, Duration.ofSeconds(10));
    }
    FileTree.delete(root);
  }
}
