package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.testing.WatchedFiles;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.TestingOwnership;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the account that servers run as can do to a daemon of root: nothing. */
@Timeout(300)
final class TestServersAccount {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        deletionPolicy: Delete
        parameters:
          work_mem: 5MB
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: b
      spec:
        source:
          instance: app
      """;

  /** Tries everything in a directory that could change what root finds there. */
  private static final String ATTEMPTS =
      """
      cd "$1" 2>/dev/null || exit 0
      touch .attempt 2>/dev/null && echo "made a file in $1"
      mkdir .attempts 2>/dev/null && echo "made a directory in $1"
      ln -s /etc/passwd .link 2>/dev/null && echo "made a link in $1"
      chmod 777 . 2>/dev/null && echo "changed the mode of $1"
      for entry in * .[!.]*; do
        mv "$entry" "$entry.moved" 2>/dev/null && echo "renamed $1/$entry"
        [ -f "$entry" ] && [ -w "$entry" ] && echo "can write $1/$entry"
      done
      exit 0
      """;

  private Pglet pglet;
  private ServerAccount account;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(new HostAccounts().self().uid() == 0, "only a daemon of root changes accounts");
    pglet = Pglet.inMemory();
    account = new ServerAccounts(pglet.settings(), new HostAccounts(), line -> {}).resolve();
    pglet.write("app.yaml", APP);
  }

  @AfterEach
  void close() throws Exception {
    if (pglet != null) {
      pglet.close();
    }
  }

  @Test
  void theAccountCanChangeNothingButTheDataAndTheSockets() throws Exception {
    pglet.write("b.yaml", BRANCH);
    pglet.converge();
    Path branch = Path.of(pglet.branch("b").at("/status/dataDirectory").asText());
    List<Path> directories = outsideTheData();
    assertThat(directories)
        .contains(data().getParent(), branch.getParent(), pglet.settings().state())
        .contains(data().resolveSibling("log"), data().resolveSibling("config"))
        .doesNotContain(data(), branch);
    for (Path directory : directories) {
      assertThat(asAccount(ATTEMPTS, directory.toString())).isEmpty();
    }
    assertThat(asAccount(ATTEMPTS, data().toString()))
        .as("the attempts succeed where they may")
        .contains("made a file", "made a link", "renamed");
  }

  @Test
  void aVolumeOfTheLayoutBeforeIsTakenOverWithoutARestart() throws Exception {
    pglet.converge();
    JsonNode app = pglet.instance("app");
    Path data = data();
    pglet.stop();
    toLayoutBefore(data);
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).contains("SecureVolume").doesNotContain("RestartServer");
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid(app));
    for (Path directory : outsideTheData()) {
      assertThat(asAccount(ATTEMPTS, directory.toString())).isEmpty();
    }
    pglet.write("app.yaml", APP.replace("5MB", "6MB"));
    pglet.converge();
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SHOW work_mem")).isEqualTo("6MB");
    }
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid(app));
  }

  @Test
  void aLinkInAVolumeOfTheLayoutBeforeIsRefusedAndNotFollowed() throws Exception {
    pglet.converge();
    Path sentinel = Files.writeString(pglet.base().resolve("sentinel"), "secret");
    Files.setPosixFilePermissions(sentinel, PosixFilePermissions.fromString("rw-r-----"));
    Path data = data();
    pglet.stop();
    toLayoutBefore(data);
    Path log = data.resolveSibling("log/server.log");
    asAccount("rm \"$1\" && ln -s \"$2\" \"$1\"", log.toString(), sentinel.toString());
    pglet.restart();
    assertThat(pglet.settle().succeeded()).isFalse();
    assertThat(pglet.instance("app").at("/status/conditions").toString())
        .contains("VolumeAltered", log.toString(), "no regular file");
    assertThat(sentinel).hasContent("secret");
    assertThat(Files.getAttribute(sentinel, "unix:uid")).isEqualTo(0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sentinel)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void aTakeOverThatIsCutOffAfterAnyOperationGoesOnWithoutARestart() throws Exception {
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    Path data = data();
    boolean whole = false;
    for (int cut = 1; !whole; cut++) {
      pglet.stop();
      toLayoutBefore(data);
      whole = takeOver(requireNonNull(data.getParent()), cut);
      pglet.restart();
      pglet.converge();
      assertThat(pid(pglet.instance("app"))).as("after operation %d", cut).isEqualTo(pid);
      assertThat(Files.readSymbolicLink(data.resolve("postgresql.conf")))
          .isEqualTo(Path.of("../config/postgresql.conf"));
      assertThat(data.resolveSibling("config/last-good/postgresql.conf"))
          .hasSameTextualContentAs(data.resolveSibling("config/postgresql.conf"));
    }
    for (Path directory : outsideTheData()) {
      assertThat(asAccount(ATTEMPTS, directory.toString())).isEmpty();
    }
  }

  /** As a crash cuts it off: from then on nothing is done any more, not even what tidies up. */
  private static final class CutOff extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Takes over and writes the configuration; says whether it came to its end. */
  private boolean takeOver(Path volume, int cut) throws Exception {
    AtomicInteger done = new AtomicInteger();
    Path watched =
        WatchedFiles.watch(
            volume,
            (operation, path, changing) -> {
              // Not what finds that there is nothing to do.
              boolean changes =
                  switch (operation) {
                    case "make directory" -> Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
                    case "delete" -> Files.exists(path, LinkOption.NOFOLLOW_LINKS);
                    default -> changing;
                  };
              if (done.get() == cut || (changes && done.incrementAndGet() == cut)) {
                throw new CutOff();
              }
            });
    VolumeMarker marker =
        new VolumeMarker(
            VolumeMarker.FORMAT,
            String.valueOf(volume.getFileName()),
            ResourceKey.of(PostgreSQLInstance.KIND, "app"),
            "0a1b2c3d-0000-4000-8000-000000000001",
            1,
            "",
            VolumeMarker.Phase.READY,
            1,
            "",
            "",
            "3f",
            Map.of());
    Volume taken = new Volume(requireNonNull(volume.getParent()), watched, marker);
    try {
      TestingOwnership.secure(taken, account);
      TestingOwnership.writeInForce(taken, account);
      return true;
    } catch (CutOff e) {
      return false;
    }
  }

  private Path data() throws Exception {
    return Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
  }

  /** All directories but those inside of data, which are the account's, and of sockets. */
  private List<Path> outsideTheData() throws IOException {
    List<Path> directories = new ArrayList<>();
    collect(pglet.dataRoot(), directories);
    directories.add(pglet.settings().runDirectory());
    return directories;
  }

  private void collect(Path directory, List<Path> directories) throws IOException {
    boolean data = directory.endsWith("data") && !directory.equals(pglet.dataRoot());
    if (data || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    directories.add(directory);
    if (!directory.equals(pglet.settings().binaries())) {
      try (Stream<Path> entries = Files.list(directory)) {
        for (Path entry : entries.toList()) {
          collect(entry, directories);
        }
      }
    }
  }

  /** As earlier versions left it: all the account's, the configuration in the data directory. */
  private void toLayoutBefore(Path data) throws IOException {
    Path config = data.resolveSibling("config");
    Path volume = requireNonNull(config.getParent());
    for (String file : List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf")) {
      Files.move(config.resolve(file), data.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      own(data.resolve(file));
    }
    try (Stream<Path> all =
        Stream.of(volume, config, config.resolve("last-good"), volume.resolve("log"))
            .flatMap(each -> Stream.concat(Stream.of(each), list(each)))) {
      for (Path path : all.toList()) {
        own(path);
      }
    }
    Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwx------"));
  }

  private static Stream<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void own(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
  }

  /** What a script prints that runs as the account. */
  private String asAccount(String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(AccountSwitch.apply(account, command))
            .directory(new File("/"))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
