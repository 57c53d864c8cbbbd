package dev.pglet.host.testing;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Servers of a {@link TestingHost}. A cluster is a real directory with PG_VERSION and a control
 * file of our own, so that a copy of it is the same cluster; processes are entries in the host.
 * Settings whose name begins with {@code unknown} are unknown to it.
 */
public final class TestingPostgresServer implements PostgresServer {
  private static final String CONTROL = "global/pg_control";

  private final TestingHost host;

  public TestingPostgresServer(TestingHost host) {
    this.host = host;
  }

  @Override
  public void initialize(InitRequest request) throws ReconcileException {
    Path data = request.dataDirectory();
    if (Files.exists(data)) {
      return;
    }
    try {
      Path parent = Objects.requireNonNull(data.getParent());
      try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(parent, "data.init-*")) {
        for (Path leftover : leftovers) {
          FileTree.delete(leftover);
        }
      }
      Files.createDirectories(data.resolve("global"));
      Files.createDirectories(data.resolve("pg_wal"));
      int major = request.binaries().version().major();
      Files.writeString(data.resolve("PG_VERSION"), major + "\n");
      Files.writeString(data.resolve(CONTROL), host.newSystemIdentifier() + "\n");
      Files.writeString(data.resolve("postgresql.conf"), "");
      host.count("initialize");
    } catch (IOException e) {
      throw failed("making " + data, e);
    }
  }

  @Override
  public Optional<Postmaster> find(Path dataDirectory) {
    return Optional.ofNullable(host.servers.get(dataDirectory)).map(TestingHost.Server::postmaster);
  }

  @Override
  public boolean lockHeld(Path lockFile) {
    return host.locksOfSurvivors.contains(lockFile)
        || host.servers.values().stream().anyMatch(server -> server.lockFile().equals(lockFile));
  }

  @Override
  public Postmaster start(StartRequest request) throws ReconcileException {
    Path data = request.dataDirectory();
    TestingHost.Server running = host.servers.get(data);
    if (running != null) {
      return running.postmaster();
    }
    if (lockHeld(request.lockFile())) {
      throw new HostUnavailable(
          "DataDirectoryLocked", data + " is still in use by a session of a killed server", "");
    }
    if (controlData(data).majorVersion() != request.binaries().version().major()) {
      throw new IllegalStateException("starts " + data + " with the wrong major version");
    }
    Postmaster postmaster = host.newPostmaster();
    try {
      Files.createDirectories(request.socketDirectory());
      Files.writeString(
          data.resolve("postmaster.pid"),
          "%d\n%s\n%d\n%d\n%s\n127.0.0.1\n  1234567     1\nready\n"
              .formatted(
                  postmaster.pid(),
                  data,
                  postmaster.startTime() / 1000,
                  request.port(),
                  request.socketDirectory()));
    } catch (IOException e) {
      throw failed("starting " + data, e);
    }
    host.servers.put(
        data,
        new TestingHost.Server(
            postmaster, data, request.lockFile(), request.socketDirectory(), request.port(), 0));
    host.count("start");
    return postmaster;
  }

  @Override
  public void stop(Path dataDirectory, Duration deadline) throws ReconcileException {
    if (host.servers.remove(dataDirectory) != null) {
      host.count("stop");
      try {
        Files.deleteIfExists(dataDirectory.resolve("postmaster.pid"));
      } catch (IOException e) {
        throw failed("stopping " + dataDirectory, e);
      }
    }
  }

  @Override
  public void reload(Path dataDirectory) throws ReconcileException {
    TestingHost.Server reloaded =
        host.servers.computeIfPresent(
            dataDirectory,
            (_, server) ->
                new TestingHost.Server(
                    server.postmaster(),
                    server.dataDirectory(),
                    server.lockFile(),
                    server.socketDirectory(),
                    server.port(),
                    server.reloads() + 1));
    if (reloaded == null) {
      throw new HostUnavailable(
          "ServerNotRunning", "no server of " + dataDirectory + " runs that could reload", "");
    }
    host.count("reload");
  }

  @Override
  public Readiness readiness(Path socketDirectory, int port) {
    return host.servers.values().stream()
            .anyMatch(
                server -> server.port() == port && server.socketDirectory().equals(socketDirectory))
        ? Readiness.ACCEPTING
        : Readiness.SILENT;
  }

  @Override
  public List<ConfigurationProblem> check(
      Binaries binaries, Path dataDirectory, Path configuration, ServerAccount account)
      throws ReconcileException {
    List<ConfigurationProblem> problems = new ArrayList<>();
    try (Stream<String> lines = Files.lines(configuration)) {
      int number = 0;
      for (String line : lines.toList()) {
        number++;
        if (line.startsWith("unknown")) {
          String name = line.split("[ =]", 2)[0];
          problems.add(
              new ConfigurationProblem(
                  number, name, "unrecognized configuration parameter \"" + name + "\""));
        }
      }
      return problems;
    } catch (IOException e) {
      throw failed("reading " + configuration, e);
    }
  }

  /** Every cluster has the role and the database that pglet logs in with. */
  @Override
  public String alone(AloneRequest request) throws ReconcileException {
    if (host.servers.containsKey(request.dataDirectory()) || lockHeld(request.lockFile())) {
      throw new HostUnavailable(
          "DataDirectoryLocked", request.dataDirectory() + " is in use by a server", "");
    }
    host.count("alone");
    return "\t 1: pglet = \"good1\"\t(typeid = 25, len = -1, typmod = -1, byval = f)\n";
  }

  @Override
  public ControlData controlData(Path dataDirectory) throws ReconcileException {
    try {
      return new ControlData(
          Integer.parseInt(Files.readString(dataDirectory.resolve("PG_VERSION")).strip()),
          Files.readString(dataDirectory.resolve(CONTROL)).strip(),
          1);
    } catch (IOException e) {
      throw failed("reading the control data of " + dataDirectory, e);
    }
  }

  private static HostUnavailable failed(String doing, IOException e) {
    return new HostUnavailable("Testing", doing + ": " + e, "", e);
  }
}
