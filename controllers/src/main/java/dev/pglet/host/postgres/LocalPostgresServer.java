package dev.pglet.host.postgres;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.file.FileLocks;
import dev.pglet.host.process.ProcessSignals.Signal;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The servers of this host, by their own programs and {@code /proc}. Has no memory. It waits in
 * real time, which no setting of the clock makes longer or shorter.
 */
public final class LocalPostgresServer implements PostgresServer {
  private static final long POLL_MILLIS = 3;

  /** An immediate shutdown has nothing to write; what takes longer is stuck. */
  private static final Duration IMMEDIATE = Duration.ofSeconds(10);

  private final ClusterInit init;
  private final ServerStart start;
  private final ConfigurationCheck check;
  private final SingleUser alone;

  /** One whose clusters initdb makes each. */
  public LocalPostgresServer(CommandRunner commands) {
    this(commands, Optional.empty());
  }

  /**
   * One that keeps clusters as initdb left them, and copies them.
   *
   * @param pristine where it keeps them; made when needed, of this process alone
   */
  public LocalPostgresServer(CommandRunner commands, Path pristine, TreeCopier copier) {
    this(commands, Optional.of(new PristineClusters(pristine, copier)));
  }

  private LocalPostgresServer(CommandRunner commands, Optional<PristineClusters> pristine) {
    this.init = new ClusterInit(commands, pristine);
    this.start = new ServerStart();
    this.check = new ConfigurationCheck(commands);
    this.alone = new SingleUser(commands);
  }

  @Override
  public void initialize(InitRequest request) throws ReconcileException {
    init.initialize(request);
  }

  @Override
  public Optional<Postmaster> find(Path dataDirectory) throws ReconcileException {
    return ServerIdentity.find(dataDirectory);
  }

  @Override
  public boolean lockHeld(Path lockFile) throws ReconcileException {
    try {
      return FileLocks.held(lockFile);
    } catch (IOException e) {
      throw new HostUnavailable(
          "LockUnreadable",
          "asking for the lock of a server: " + e.getMessage(),
          "See that pglet may read " + lockFile,
          e);
    }
  }

  @Override
  public List<String> lockHolders(Path lockFile) {
    return ServerStart.holders(lockFile);
  }

  @Override
  public Optional<String> damage(Path dataDirectory) {
    return ClusterDamage.of(dataDirectory);
  }

  @Override
  public Postmaster start(StartRequest request) throws ReconcileException {
    return start.start(request);
  }

  @Override
  public void stop(Path dataDirectory, Duration deadline) throws ReconcileException {
    Optional<Postmaster> running = ServerIdentity.find(dataDirectory);
    if (running.isEmpty()) {
      return;
    }
    Postmaster server = running.get();
    if (signalled(server, dataDirectory, Signal.INTERRUPT) && !ends(server, deadline)) {
      if (ControlFile.recovering(dataDirectory)) {
        throw new StepFailed(
            "StillRecovering",
            "the server of %s (pid %d) is recovering and did not stop within %d s; it is left running"
                .formatted(dataDirectory, server.pid(), deadline.toSeconds()),
            "Wait until it has recovered");
      }
      if (signalled(server, dataDirectory, Signal.QUIT) && !ends(server, IMMEDIATE)) {
        throw new StepFailed(
            "ServerNotStopped",
            "the server of %s (pid %d) neither stops on SIGINT nor on SIGQUIT"
                .formatted(dataDirectory, server.pid()),
            "See what it waits for; it is never killed, as that can lose its shared memory");
      }
    }
  }

  @Override
  public void reload(Path dataDirectory) throws ReconcileException {
    Optional<Postmaster> running = ServerIdentity.find(dataDirectory);
    if (running.isEmpty() || !signalled(running.get(), dataDirectory, Signal.HANGUP)) {
      throw new HostUnavailable(
          "ServerNotRunning",
          "no server of " + dataDirectory + " runs that could reload",
          "Nothing needs to be done: it is started, and reads its configuration then");
    }
  }

  @Override
  public Readiness readiness(Path socketDirectory, int port) {
    return StartupProbe.ask(socketDirectory, port);
  }

  @Override
  public List<ConfigurationProblem> check(
      Binaries binaries, Path dataDirectory, Path configuration, ServerAccount account)
      throws ReconcileException {
    return check.check(binaries, dataDirectory, configuration, account);
  }

  @Override
  public String alone(AloneRequest request) throws ReconcileException {
    return alone.run(request);
  }

  @Override
  public ControlData controlData(Path dataDirectory) throws ReconcileException {
    return ControlFile.read(dataDirectory);
  }

  private static boolean signalled(Postmaster server, Path dataDirectory, Signal signal)
      throws HostUnavailable {
    return ServerIdentity.signal(server, dataDirectory, signal);
  }

  private static boolean ends(Postmaster server, Duration deadline) throws StepFailed {
    long begin = System.nanoTime();
    while (ServerIdentity.lives(server)) {
      if (System.nanoTime() - begin >= deadline.toNanos()) {
        return false;
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StepFailed(
            "Interrupted",
            "interrupted while the server, pid " + server.pid() + ", stops",
            "The server goes on stopping; pglet looks again when it runs again",
            e);
      }
    }
    return true;
  }
}
