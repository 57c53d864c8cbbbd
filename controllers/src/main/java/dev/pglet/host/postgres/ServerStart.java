package dev.pglet.host.postgres;

import dev.pglet.host.account.Reachability;
import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.host.process.ProcessFacts;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts servers: {@code setsid flock --no-fork LOCK setpriv … postgres}, each of which replaces
 * itself by the next, so that the process we made is the postmaster, in a session of its own, and
 * it and its children inherit the lock. Lock and log are opened before the account is changed: they
 * are ours, and the account has them only open.
 */
final class ServerStart {
  /** Answers come within 30 ms of a start; asking this often costs nothing. */
  private static final long POLL_MILLIS = 3;

  /** A recovery that ends within this time is waited for like any start. */
  private static final Duration SHORT_RECOVERY = Duration.ofSeconds(1);

  /** What flock ends with when someone else holds the lock; nothing of ours ends so. */
  static final int LOCKED = 75;

  static final Duration LOCK_WAIT = Duration.ofSeconds(2);

  /** The longest path of a Unix socket, in bytes. */
  private static final int SOCKET_PATH = 106;

  Postmaster start(StartRequest request) throws ReconcileException {
    Optional<Postmaster> running = ServerIdentity.find(request.dataDirectory());
    if (running.isPresent()) {
      return running.get();
    }
    requireShortSocketPath(request);
    List<String> command = command(request);
    ServerLog log;
    Process process;
    try {
      prepare(request);
      log = ServerLog.from(request.logFile(), request.collected());
      process = launch(request, command);
    } catch (IOException e) {
      throw new HostUnavailable(
          "ServerNotStarted",
          "starting the server of %s: %s".formatted(request.dataDirectory(), e.getMessage()),
          "See that pglet may write " + request.logFile() + " and " + request.socketDirectory(),
          e);
    }
    try {
      return await(request, process, log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepFailed(
          "Interrupted",
          "interrupted while the server of " + request.dataDirectory() + " starts",
          "The server goes on starting; pglet looks again when it runs again",
          e);
    }
  }

  private static void requireShortSocketPath(StartRequest request) throws HostUnavailable {
    String path = request.socketDirectory().resolve(".s.PGSQL." + request.port()).toString();
    int length = path.getBytes(StandardCharsets.UTF_8).length;
    if (length > SOCKET_PATH) {
      throw new HostUnavailable(
          "SocketPathTooLong",
          "the socket %s has %d bytes; Linux allows %d".formatted(path, length, SOCKET_PATH),
          "Choose a shorter run directory with --run-directory or PGLET_RUN_DIRECTORY");
    }
  }

  private static List<String> command(StartRequest request) throws HostUnavailable {
    List<String> server = new ArrayList<>();
    server.add(program("setsid"));
    server.addAll(
        List.of(
            program("flock"),
            "--no-fork",
            // Children of a killed server take a moment to notice; one that goes on is a conflict.
            "--timeout",
            Long.toString(LOCK_WAIT.toSeconds()),
            "--conflict-exit-code",
            Integer.toString(LOCKED),
            request.lockFile().toString()));
    List<String> postgres = new ArrayList<>();
    postgres.add(request.binaries().bin("postgres"));
    postgres.addAll(List.of("-D", request.dataDirectory().toString()));
    // Whatever a configuration says: the socket is made where root has made a directory for it.
    postgres.addAll(List.of("-c", "unix_socket_directories=" + request.socketDirectory()));
    postgres.addAll(request.options());
    server.addAll(AccountSwitch.apply(request.account(), postgres));
    return server;
  }

  static String program(String name) throws HostUnavailable {
    return AccountSwitch.find(name)
        .orElseThrow(
            () ->
                new HostUnavailable(
                    "ProgramMissing",
                    "cannot start a server: %s is not on %s"
                        .formatted(name, AccountSwitch.SEARCH_PATH),
                    "Install util-linux"))
        .toString();
  }

  private static void prepare(StartRequest request) throws IOException, Refused {
    Path socketDirectory = request.socketDirectory();
    Path above = socketDirectory.getParent();
    if (above != null) {
      Ownership.passable(above, request.account());
      Reachability.requireClosed(above, request.account());
    }
    // Clients of other accounts may enter; who may do what is pg_hba.conf's to say.
    Ownership.directory(socketDirectory, request.account(), "rwxr-xr-x");
    makeOurs(request.logFile());
    makeOurs(request.lockFile());
  }

  /** Makes a file of this process when it is missing. */
  static void makeOurs(Path file) throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    RegularFiles.require(file);
  }

  private static Process launch(StartRequest request, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(request.logFile().toFile()));
    // Nothing of ours: a PGDATA, TZ or LC_ALL of the daemon must not steer a server.
    builder.environment().clear();
    builder.environment().put("PATH", AccountSwitch.SEARCH_PATH);
    builder.environment().put("LANG", "C.UTF-8");
    // Whose pid is in a file that a dead server left is no server of this directory, or we would
    // not be here. PostgreSQL would refuse to start beside it: it looks only whether the pid lives,
    // as that of another instance or of a zombie does.
    Optional<Long> stale = ServerIdentity.stalePid(request.dataDirectory());
    stale.ifPresent(pid -> builder.environment().put("PG_GRANDPARENT_PID", pid.toString()));
    return builder.start();
  }

  private Postmaster await(StartRequest request, Process process, ServerLog log)
      throws ReconcileException, InterruptedException {
    long begin = System.nanoTime();
    while (true) {
      if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        throw ended(request, process.exitValue(), log);
      }
      Readiness readiness = StartupProbe.ask(request.socketDirectory(), request.port());
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      if (readiness == Readiness.ACCEPTING
          || (readiness == Readiness.STARTING
              && waited.compareTo(SHORT_RECOVERY) > 0
              && ControlFile.recovering(request.dataDirectory()))) {
        Optional<Postmaster> found = ServerIdentity.find(request.dataDirectory());
        if (found.isPresent()) {
          return found.get();
        }
      }
      if (waited.compareTo(request.deadline()) > 0) {
        throw new StepFailed(
            "ServerSilent",
            "the server of %s (pid %d) did not accept connections within %d s; it is left running; its last words: %s"
                .formatted(
                    request.dataDirectory(),
                    process.pid(),
                    request.deadline().toSeconds(),
                    log.lastWords()),
            "See its log " + request.collected().orElse(request.logFile()));
      }
    }
  }

  private static ReconcileException ended(StartRequest request, int exitCode, ServerLog log) {
    if (exitCode == LOCKED) {
      return locked(request.dataDirectory(), request.lockFile());
    }
    return new StepFailed(
        "ServerEnded",
        "the server of %s ended when it was started (exit code %d): %s"
            .formatted(request.dataDirectory(), exitCode, log.lastWords()),
        "See its log " + request.collected().orElse(request.logFile()));
  }

  /** Who has the lock file open, as far as {@code /proc} shows it. */
  static List<String> holders(Path lockFile) {
    try {
      return ProcessFacts.holdersOf(lockFile.toRealPath().toString()).stream()
          .map(pid -> "pid %d (%s)".formatted(pid, ProcessFacts.command(pid).orElse("?")))
          .toList();
    } catch (IOException e) {
      // The message then names nobody.
      return List.of();
    }
  }

  static HostUnavailable locked(Path dataDirectory, Path lockFile) {
    List<String> found = holders(lockFile);
    String holders =
        found.isEmpty() ? "a process that /proc does not show" : String.join(", ", found);
    return new HostUnavailable(
        "DataDirectoryLocked",
        "%s is still in use by %s: a second server would destroy it"
            .formatted(dataDirectory, holders),
        "A child of a killed server ends by itself as soon as its statement does; else end it");
  }
}
