package dev.pglet.host.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What servers do, real ones and those in memory. */
public abstract class ServerContract {
  protected static final Duration LONG = Duration.ofSeconds(30);

  /** Servers without memory: each call is as after a restart of the daemon. */
  protected abstract PostgresServer servers();

  protected abstract Binaries binaries();

  protected abstract ServerAccount account();

  /** An empty directory of the account. */
  protected abstract Path volume(String name) throws Exception;

  protected abstract StartRequest startRequest(Path data, int port);

  protected abstract void kill(Path data) throws Exception;

  /**
   * Kills the server while a session of it is busy.
   *
   * @return ends the busy session
   */
  protected abstract Runnable killAtWork(Path data) throws Exception;

  private Path cluster(String name) throws Exception {
    Path data = volume(name).resolve("data");
    servers().initialize(new InitRequest(binaries(), data, "UTF8", "C.UTF-8", account()));
    configure(data);
    return data;
  }

  protected void configure(Path data) throws Exception {}

  @Test
  void aNewClusterIsWholeAndMadeOnce() throws Exception {
    Path data = cluster("a");
    PostgresServer.ControlData made = servers().controlData(data);
    assertThat(made.majorVersion()).isEqualTo(binaries().version().major());
    assertThat(made.timeline()).isEqualTo(1);
    assertThat(made.systemIdentifier()).matches("[0-9]{5,20}");
    servers().initialize(new InitRequest(binaries(), data, "UTF8", "C.UTF-8", account()));
    assertThat(servers().controlData(data)).isEqualTo(made);
    assertThat(servers().find(data)).isEmpty();
  }

  @Test
  void leftoversOfAKilledInitializationAreRemovedAndNothingElse() throws Exception {
    Path volume = volume("a");
    Path leftover = Files.createDirectories(volume.resolve("data.init-0badf00d/global"));
    Files.writeString(leftover.resolve("pg_control"), "half");
    Path other = Files.createDirectories(volume.resolve("data.initially"));
    servers()
        .initialize(
            new InitRequest(binaries(), volume.resolve("data"), "UTF8", "C.UTF-8", account()));
    assertThat(leftover.getParent()).doesNotExist();
    assertThat(other).exists();
    assertThat(volume.resolve("data")).isDirectory();
  }

  @Test
  void aStartedServerIsFoundAcceptsAndIsStartedOnce() throws Exception {
    Path data = cluster("a");
    StartRequest request = startRequest(data, 17001);
    assertThat(servers().readiness(request.socketDirectory(), 17001)).isEqualTo(Readiness.SILENT);
    Postmaster postmaster = servers().start(request);
    assertThat(servers().readiness(request.socketDirectory(), 17001))
        .isEqualTo(Readiness.ACCEPTING);
    assertThat(servers().find(data)).contains(postmaster);
    assertThat(servers().start(request)).isEqualTo(postmaster);
    servers().stop(data, LONG);
    assertThat(servers().find(data)).isEmpty();
    assertThat(servers().readiness(request.socketDirectory(), 17001)).isEqualTo(Readiness.SILENT);
    servers().stop(data, LONG);
  }

  @Test
  void aKilledServerIsGoneAndStartsAgain() throws Exception {
    Path data = cluster("a");
    Postmaster first = servers().start(startRequest(data, 17001));
    kill(data);
    assertThat(servers().find(data)).isEmpty();
    Postmaster second = servers().start(startRequest(data, 17001));
    assertThat(second).isNotEqualTo(first);
    servers().stop(data, LONG);
  }

  @Test
  void theLockIsHeldWhileAServerRuns() throws Exception {
    Path data = cluster("a");
    StartRequest request = startRequest(data, 17001);
    assertThat(servers().lockHeld(request.lockFile())).as("never started").isFalse();
    servers().start(request);
    assertThat(servers().lockHeld(request.lockFile())).as("runs").isTrue();
    servers().stop(data, LONG);
    assertThat(servers().lockHeld(request.lockFile())).as("stopped").isFalse();
    servers().start(request);
    servers().stop(data, LONG);
  }

  @Test
  @Timeout(60)
  void theLockIsHeldByABusySessionOfAKilledServerUntilItEnds() throws Exception {
    Path data = cluster("a");
    StartRequest request = startRequest(data, 17001);
    servers().start(request);
    Runnable end = killAtWork(data);
    assertThat(servers().find(data)).isEmpty();
    assertThat(servers().lockHeld(request.lockFile())).isTrue();
    assertThatThrownBy(() -> servers().start(request))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(data.toString());
    end.run();
    while (servers().lockHeld(request.lockFile())) {
      Thread.onSpinWait();
    }
    servers().start(request);
    servers().stop(data, LONG);
  }

  @Test
  void reloadingNeedsAServer() throws Exception {
    Path data = cluster("a");
    assertThatThrownBy(() -> servers().reload(data))
        .isInstanceOf(ReconcileException.class)
        .hasMessageContaining(data.toString());
    Postmaster running = servers().start(startRequest(data, 17001));
    servers().reload(data);
    assertThat(servers().find(data)).contains(running);
    servers().stop(data, LONG);
  }

  @Test
  void aDirectoryWithoutAClusterHasNoServerAndNoControlData() throws Exception {
    Path nothing = volume("a").resolve("data");
    assertThat(servers().find(nothing)).isEqualTo(Optional.empty());
    servers().stop(nothing, LONG);
    assertThatThrownBy(() -> servers().controlData(nothing))
        .isInstanceOf(ReconcileException.class)
        .hasMessageContaining(nothing.toString());
  }
}
