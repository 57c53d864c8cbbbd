package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.postgres.RealPostgres;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Clusters that pglet has not made, of the account that its servers run as. */
final class FoundClusters {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String BINARIES = RealPostgres.system().directory() + "/bin";

  private final ServerAccount account;

  FoundClusters(Settings settings) throws ReconcileException {
    account = new ServerAccounts(settings, new HostAccounts(), _ -> {}).resolve();
  }

  /** Of another account. */
  FoundClusters(ServerAccount account) {
    this.account = account;
  }

  ServerAccount account() {
    return account;
  }

  /** Made by initdb, with a table {@code t} of 1000 rows in the database {@code postgres}. */
  Path make(Path directory, String options) throws Exception {
    Ownership.directory(directory, account, "rwx------");
    run(
        "'%s/initdb' -N -A trust --locale=C -E UTF8 %s -D '%s'"
            .formatted(BINARIES, options, directory));
    alone(directory, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
    return directory;
  }

  /** Runs statements in single-user mode. */
  void alone(Path data, String... statements) throws Exception {
    aloneIn("postgres", data, statements);
  }

  void aloneIn(String database, Path data, String... statements) throws Exception {
    run(
        "printf '%%s\\n' \"%s\" | '%s/postgres' --single -D '%s' -F %s"
            .formatted(String.join("\n", statements), BINARIES, data, database));
  }

  Path copy(Path cluster, Path to) throws Exception {
    assertThat(new ProcessBuilder("cp", "-a", cluster.toString(), to.toString()).start().waitFor())
        .isZero();
    return to;
  }

  /** Starts a server that nobody can reach. */
  void start(Path data) throws Exception {
    run(
        "'%s/pg_ctl' start -w -s -D '%s' -l /dev/null -o \"-F -c listen_addresses= -c unix_socket_directories='%s'\""
            .formatted(BINARIES, data, data));
  }

  void stop(Path data) throws Exception {
    run("'%s/pg_ctl' stop -w -s -m fast -D '%s'".formatted(BINARIES, data));
  }

  /** What a setting is with the configuration that the cluster has. */
  String setting(Path data, String name) throws Exception {
    return run("'%s/postgres' -D '%s' -C %s".formatted(BINARIES, data, name)).strip();
  }

  private String run(String command) throws Exception {
    Result result = new LocalCommands().run(Invocation.of(SOON, "sh", "-c", command).as(account));
    assertThat(result.exitCode()).as(result.toString()).isZero();
    assertThat(result.stderr()).doesNotContain("ERROR:");
    return result.stdout();
  }

  /** All that can be seen of each file: a change of any byte changes its time of change. */
  static Map<Path, String> seen(Path directory) throws IOException {
    Map<Path, String> seen = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        seen.put(
            file,
            Files.readAttributes(
                    file, "unix:ino,mode,uid,gid,size,ctime", LinkOption.NOFOLLOW_LINKS)
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .toList()
                .toString());
      }
    }
    return seen;
  }
}
