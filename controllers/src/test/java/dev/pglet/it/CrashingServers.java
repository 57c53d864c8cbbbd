package dev.pglet.it;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.testing.CrashPoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Real servers whose changes pass by a crash point and are counted by what runs before. */
record CrashingServers(PostgresServer servers, CrashPoint point, Made made)
    implements PostgresServer {
  @Override
  public void initialize(InitRequest request) throws ReconcileException {
    point.live();
    boolean there = Files.exists(request.dataDirectory());
    servers.initialize(request);
    if (!there) {
      made.count("clusters made");
    }
    point.reach("after initdb");
  }

  @Override
  public Postmaster start(StartRequest request) throws ReconcileException {
    point.live();
    boolean runs = servers.find(request.dataDirectory()).isPresent();
    // Nothing, or a configuration that was gone back to.
    point.reach("before the server's start");
    Postmaster postmaster = servers.start(request);
    if (!runs) {
      made.count("servers started");
    }
    point.reach("after the server's start");
    return postmaster;
  }

  @Override
  public void stop(Path dataDirectory, Duration deadline) throws ReconcileException {
    point.live();
    boolean runs = servers.find(dataDirectory).isPresent();
    servers.stop(dataDirectory, deadline);
    if (runs) {
      made.count("servers stopped");
    }
    point.reach("after the server's stop");
  }

  @Override
  public void reload(Path dataDirectory) throws ReconcileException {
    // The files of the configuration are written.
    point.reach("before the reload");
    servers.reload(dataDirectory);
    point.reach("after the reload");
  }

  @Override
  public Optional<Postmaster> find(Path dataDirectory) throws ReconcileException {
    return servers.find(dataDirectory);
  }

  @Override
  public boolean lockHeld(Path lockFile) throws ReconcileException {
    return servers.lockHeld(lockFile);
  }

  @Override
  public Readiness readiness(Path socketDirectory, int port) {
    return servers.readiness(socketDirectory, port);
  }

  @Override
  public List<ConfigurationProblem> check(
      Binaries binaries, Path dataDirectory, Path configuration, ServerAccount account)
      throws ReconcileException {
    List<ConfigurationProblem> problems =
        servers.check(binaries, dataDirectory, configuration, account);
    point.reach("after checking the candidate");
    return problems;
  }

  @Override
  public String alone(AloneRequest request) throws ReconcileException {
    point.live();
    String said = servers.alone(request);
    point.reach("after single-user mode");
    return said;
  }

  @Override
  public ControlData controlData(Path dataDirectory) throws ReconcileException {
    return servers.controlData(dataDirectory);
  }
}
