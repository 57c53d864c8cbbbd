package dev.pglet.host.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.host.process.ProcessFacts;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.StepFailed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class TestLocalPostgresServer extends ServerContract {
  private static final int PORT = 17001;

  @SuppressWarnings("NullAway.Init")
  private RealPostgres real;

  @BeforeEach
  void open() throws Exception {
    real = new RealPostgres();
  }

  @AfterEach
  void close() throws Exception {
    real.close();
  }

  @Override
  protected PostgresServer servers() {
    return real.servers;
  }

  @Override
  protected Binaries binaries() {
    return RealPostgres.system();
  }

  @Override
  protected ServerAccount account() {
    return real.account;
  }

  @Override
  protected Path volume(String name) throws Exception {
    return real.volume(name);
  }

  @Override
  protected StartRequest startRequest(Path data, int port) {
    StartRequest request = real.startRequest(binaries(), data, port);
    return withOptions(
        request, "-c", "port=" + port, "-k", request.socketDirectory().toString(), "-h", "");
  }

  @Override
  protected void configure(Path data) throws Exception {
    real.letUsIn(data);
  }

  @Override
  protected void kill(Path data) throws Exception {
    real.kill(real.servers.find(data).orElseThrow());
  }

  @Override
  protected Runnable killAtWork(Path data) throws Exception {
    Postmaster postmaster = real.servers.find(data).orElseThrow();
    Connection session = real.connect(PORT);
    long backend = session.unwrap(PGConnection.class).getBackendPID();
    // A stopped process, like one that computes, does not notice that its parent has died.
    signal("STOP", backend);
    real.kill(postmaster);
    return () -> {
      try {
        signal("KILL", backend);
        session.abort(Runnable::run);
      } catch (Exception e) {
        throw new IllegalStateException("ending the session", e);
      }
    };
  }

  @Test
  void theServerLeadsItsOwnSessionRunsAsTheAccountAndIsTheProcessThatWasMade() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Postmaster postmaster = real.start(binaries(), data, PORT);
    Path proc = Path.of("/proc/" + postmaster.pid());
    assertThat(Files.getAttribute(proc, "unix:uid")).isEqualTo(real.account.uid());
    String stat = Files.readString(proc.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertThat(fields[1]).as("parent").isEqualTo(Long.toString(ProcessHandle.current().pid()));
    assertThat(fields[3]).as("session").isEqualTo(Long.toString(postmaster.pid()));
    assertThat(Files.readString(proc.resolve("environ")).split("\0", -1))
        .noneMatch(entry -> entry.startsWith("PGDATA=") || entry.startsWith("TZ="))
        .contains("LANG=C.UTF-8");
    assertThat(postmaster.startTime())
        .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis() + 2000);
    assertThat(real.query(PORT, "select pg_is_in_recovery()")).isEqualTo("f");
    assertThat(real.query(PORT, "show data_checksums")).isEqualTo("on");
    assertThat(real.query(PORT, "select system_identifier from pg_control_system()"))
        .isEqualTo(real.servers.controlData(data).systemIdentifier());
  }

  @Test
  void aSurvivingBackendKeepsTheLockAndIsNamedUntilItEnds() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Postmaster postmaster = real.start(binaries(), data, PORT);
    try (Connection session = real.connect(PORT)) {
      long backend = session.unwrap(PGConnection.class).getBackendPID();
      // A stopped process does not notice that its parent has died.
      signal("STOP", backend);
      real.kill(postmaster);
      assertThatThrownBy(() -> real.start(binaries(), data, PORT))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("pid " + backend + " (postgres)")
          .hasMessageContaining(data.toString());
      signal("KILL", backend);
      while (ProcessFacts.startTicks(backend).isPresent()) {
        Thread.onSpinWait();
      }
      session.abort(Runnable::run);
    }
    while (!ProcessFacts.holdersOf(data.resolveSibling("lock").toString()).isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(real.start(binaries(), data, PORT)).isNotEqualTo(postmaster);
  }

  @Test
  void aStalePidFileNeverHarmsTheInstanceThatHasThePidNow() throws Exception {
    Path ours = real.cluster(binaries(), "a");
    Path other = real.cluster(binaries(), "b");
    Postmaster stranger = real.start(binaries(), other, 17002);
    real.write(ours.resolve("postmaster.pid"), Files.readString(other.resolve("postmaster.pid")));
    assertThat(real.servers.find(ours)).isEmpty();
    real.servers.stop(ours, LONG);
    assertThatThrownBy(() -> real.servers.reload(ours)).isInstanceOf(HostUnavailable.class);
    assertThat(real.servers.find(other)).contains(stranger);
    assertThat(real.query(17002, "select 1")).isEqualTo("1");
  }

  @Test
  void anEmptyOrUnreadablePidFileIsNoServer() throws Exception {
    Path data = real.cluster(binaries(), "a");
    for (String text : List.of("", "\n", "postgres", "-1", "99999999999999999999999")) {
      real.write(data.resolve("postmaster.pid"), text);
      assertThat(real.servers.find(data)).isEmpty();
    }
    Files.delete(data.resolve("postmaster.pid"));
  }

  @Test
  void aSecondServerOnOneDirectoryIsRefusedEvenWithoutItsPidFile() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Postmaster first = real.start(binaries(), data, PORT);
    Path pidFile = data.resolve("postmaster.pid");
    Path aside = data.resolveSibling("pid");
    Files.move(pidFile, aside);
    try {
      assertThatThrownBy(() -> real.start(binaries(), data, 17002))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("pid " + first.pid());
    } finally {
      Files.move(aside, pidFile);
    }
    assertThat(real.servers.find(data)).contains(first);
  }

  @Test
  void aLogThatIsALinkIsNotWrittenThrough() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Path secret = Files.writeString(real.root.resolve("secret"), "untouched");
    Path log = Files.createSymbolicLink(data.resolveSibling("log"), secret);
    assertThatThrownBy(() -> real.start(binaries(), data, PORT))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(log + ": is a symbolic link");
    assertThat(secret).content().isEqualTo("untouched");
    assertThat(real.servers.find(data)).isEmpty();
  }

  @Test
  void theSocketIsWhereItWasAskedForWhateverTheConfigurationSays() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Path elsewhere = Files.createDirectory(real.root.resolve("elsewhere"));
    real.write(
        data.resolve("postgresql.auto.conf"), "unix_socket_directories = '" + elsewhere + "'\n");
    real.start(binaries(), data, PORT);
    assertThat(real.query(PORT, "show unix_socket_directories"))
        .isEqualTo(real.root.resolve("s").toString());
    assertThat(elsewhere).isEmptyDirectory();
    assertThat(Files.getOwner(elsewhere)).isEqualTo(Files.getOwner(real.root));
  }

  @Test
  void aServerThatEndsSaysWhy() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Files.writeString(data.resolveSibling("log"), "FATAL:  an old story\n");
    StartRequest request =
        withOptions(
            real.startRequest(binaries(), data, PORT), "-c", "shared_preload_libraries=nothing");
    assertThatThrownBy(() -> real.servers.start(request))
        .isInstanceOf(StepFailed.class)
        .hasMessageContaining("could not access file \"nothing\"")
        .hasMessageNotContaining("an old story");
  }

  @Test
  void aServerThatIsStartingIsNotReadyAndOneThatRefusesUsIs() throws Exception {
    Path data = real.cluster(binaries(), "a");
    real.write(data.resolve("pg_hba.conf"), "local all all reject\n");
    real.start(binaries(), data, PORT);
    assertThat(real.servers.readiness(real.root.resolve("s"), PORT)).isEqualTo(Readiness.ACCEPTING);
    real.servers.stop(data, LONG);
    // A standby without a primary that has no consistent state yet refuses every session.
    real.write(data.resolve("standby.signal"), "");
    real.write(
        data.resolve("backup_label"),
        """
        START WAL LOCATION: 0/FF000028 (file 0000000100000000000000FF)
        CHECKPOINT LOCATION: 0/FF000060
        BACKUP METHOD: streamed
        BACKUP FROM: primary
        START TIME: 2026-01-01 00:00:00 UTC
        LABEL: tests
        START TIMELINE: 1
        """);
    real.write(
        data.resolve("postgresql.auto.conf"), "restore_command = 'false'\nhot_standby = on\n");
    Process starting =
        new ProcessBuilder(
                dev.pglet.host.command.AccountSwitch.apply(
                    real.account,
                    List.of(
                        binaries().bin("postgres"), "-D", data.toString(), "-c", "port=" + PORT)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Readiness seen = Readiness.SILENT;
      while (starting.isAlive() && seen == Readiness.SILENT) {
        seen = real.servers.readiness(real.root.resolve("s"), PORT);
      }
      assertThat(seen).isEqualTo(Readiness.STARTING);
    } finally {
      real.servers.stop(data, LONG);
      starting.waitFor();
    }
  }

  @Test
  void everyErrorOfACandidateIsFoundAtItsLine() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Path candidate = data.resolveSibling("candidate.conf");
    real.write(
        candidate,
        """
        work_mem = '4MB'
        wrk_mem = 8MB
        max_connections = many
        port = 70000
        fsync = perhaps
        wal_level = minimum
        """);
    List<PostgresServer.ConfigurationProblem> problems = check(data, candidate);
    assertThat(problems)
        .extracting(PostgresServer.ConfigurationProblem::line)
        .contains(2, 3, 4, 5, 6);
    assertThat(problems)
        .extracting(PostgresServer.ConfigurationProblem::setting)
        .contains("wrk_mem", "max_connections", "port", "fsync", "wal_level");
    assertThat(problems)
        .filteredOn(problem -> problem.setting().equals("wal_level"))
        .first()
        .satisfies(problem -> assertThat(problem.message()).contains("minimal, replica, logical"));
    assertThat(candidate.resolveSibling("candidate.conf.rest")).doesNotExist();
  }

  @Test
  void aSyntaxErrorIsFoundAtItsLine() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Path candidate = data.resolveSibling("candidate.conf");
    real.write(candidate, "work_mem = '4MB'\nlisten_addresses = 'a' 'b'\n");
    assertThat(check(data, candidate))
        .first()
        .satisfies(
            problem -> {
              assertThat(problem.line()).isEqualTo(2);
              assertThat(problem.message()).contains("syntax error");
            });
  }

  @Test
  void aLibraryThatIsNotInstalledIsAProblemAndOneThatIsIsNone() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Path candidate = data.resolveSibling("candidate.conf");
    real.write(
        candidate,
        """
        shared_preload_libraries = 'overwritten'
        session_preload_libraries = '"auto_explain", $libdir/nowhere'
        shared_preload_libraries = 'pg_stat_statements, timescale'
        """);
    assertThat(check(data, candidate))
        .extracting(p -> p.line() + " " + p.setting() + " " + p.message().contains("not installed"))
        .containsExactly("3 shared_preload_libraries true", "2 session_preload_libraries true");
  }

  @Test
  void aGoodCandidateIsGoodWhileTheServerRunsToo() throws Exception {
    Path data = real.cluster(binaries(), "a");
    Path candidate = data.resolveSibling("candidate.conf");
    real.write(candidate, "work_mem = '4MB'\nlc_messages = 'C'\nmy.own = 'x'\n");
    assertThat(check(data, candidate)).isEmpty();
    Postmaster running = real.start(binaries(), data, PORT);
    assertThat(check(data, candidate)).isEmpty();
    assertThat(real.servers.find(data)).contains(running);
  }

  @Test
  void aLocaleThatTheHostLacksIsNamedWithItsInstallation() throws Exception {
    Path volume = real.volume("a");
    assertThatThrownBy(() -> initialize(volume, "UTF8", "xx_XX.UTF-8"))
        .isInstanceOfSatisfying(
            HostUnavailable.class,
            e -> assertThat(e.explain()).contains("xx_XX.UTF-8", "locale-gen", "glibc-langpack"));
    assertThat(volume).isEmptyDirectory();
  }

  @Test
  void anEncodingThatDoesNotExistIsInvalid() throws Exception {
    Path volume = real.volume("a");
    assertThatThrownBy(() -> initialize(volume, "UTF9", "C.UTF-8"))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("UTF9");
    assertThat(volume).isEmptyDirectory();
  }

  @Test
  void aSocketPathThatIsTooLongIsRefusedBeforeAnythingStarts() throws Exception {
    Path data = real.cluster(binaries(), "a");
    StartRequest request = real.startRequest(binaries(), data, PORT);
    StartRequest tooLong =
        new StartRequest(
            request.binaries(),
            data,
            request.logFile(),
            request.lockFile(),
            request.options(),
            real.root.resolve("d".repeat(100)),
            PORT,
            request.account(),
            LONG);
    assertThatThrownBy(() -> real.servers.start(tooLong))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("106");
    assertThat(request.logFile()).doesNotExist();
  }

  @Test
  void aTruncatedControlFileIsNamed() throws Exception {
    Path data = real.cluster(binaries(), "a");
    byte[] control = Files.readAllBytes(data.resolve("global/pg_control"));
    real.write(data.resolve("global/pg_control"), "\0".repeat(20));
    assertThatThrownBy(() -> real.servers.controlData(data))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("pg_control");
    assertThat(control).hasSizeGreaterThan(52);
  }

  private void initialize(Path volume, String encoding, String locale) throws Exception {
    real.servers.initialize(
        new InitRequest(binaries(), volume.resolve("data"), encoding, locale, real.account));
  }

  private List<PostgresServer.ConfigurationProblem> check(Path data, Path candidate)
      throws Exception {
    return real.servers.check(binaries(), data, candidate, real.account);
  }

  private static StartRequest withOptions(StartRequest request, String... options) {
    return new StartRequest(
        request.binaries(),
        request.dataDirectory(),
        request.logFile(),
        request.lockFile(),
        List.of(options),
        request.socketDirectory(),
        request.port(),
        request.account(),
        request.deadline());
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }
}
