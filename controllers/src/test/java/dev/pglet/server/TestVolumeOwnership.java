package dev.pglet.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.testing.WatchedFiles;
import dev.pglet.host.volume.MarkedAccount;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Root takes over what was all the account's, while the account may still do anything in it. */
@Timeout(120)
final class TestVolumeOwnership {
  private static final String GOOD = "work_mem = '5MB'\npglet.config_hash = 'abc'\n";

  /** In a directory that it can enter, the account puts a link in the place of what is there. */
  private static final String EXCHANGE = "mv -T \"$1\" \"$1.was\" && ln -s \"$2\" \"$1\"";

  /** Once it is closed to the account, it stays closed. */
  private static final int ENOUGH_IN_VAIN = 8;

  @TempDir Path directory;
  private ServerAccount account = new ServerAccount("root", 0, 0, false);
  private Path secrets = Path.of("/");
  private int volumes;

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(new HostAccounts().self().uid() == 0, "only root takes over what is an account's");
    AccountDatabase.Entry nobody = new HostAccounts().find("nobody").orElseThrow();
    account = new ServerAccount("nobody", nobody.uid(), nobody.gid(), true);
    mode(directory, "rwxr-xr-x");
    secrets = Files.createDirectory(directory.resolve("secrets"));
    Files.writeString(secrets.resolve("f"), "only root may read this");
    mode(secrets.resolve("f"), "rw-------");
    mode(secrets, "rwx------");
  }

  @ParameterizedTest
  @CsvSource({
    "config, ''",
    "config/last-good, ''",
    "config/last-good/postgresql.conf, f",
    "log, ''",
    "log/server.log, f"
  })
  void aLinkThatTheAccountPutsThereBetweenAnyTwoOperationsIsNotFollowed(String what, String to)
      throws Exception {
    int refused = 0;
    int exchanged = 0;
    int inVain = 0;
    AtomicInteger done = new AtomicInteger();
    for (int attack = 1; inVain < ENOUGH_IN_VAIN; attack++) {
      done.set(0);
      Volume volume = volume();
      Path target = volume.directory().resolve(what);
      int when = attack;
      Path watched =
          WatchedFiles.watch(
              volume.directory(),
              (operation, path, changing) -> {
                if (done.incrementAndGet() == when) {
                  asAccount(EXCHANGE, target, secrets.resolve(to));
                }
              });
      try {
        new VolumeOwnership(account).secure(new Volume(volume.pool(), watched, volume.marker()));
      } catch (Refused e) {
        assertThat(e.explain()).contains(target.toString());
        refused++;
      } catch (ReconcileException e) {
        // What the account has spoilt for itself is no regular error, but an error.
        assertThat(e.getMessage()).contains(volume.directory().toString());
      }
      boolean changed = Files.isSymbolicLink(target);
      exchanged += changed ? 1 : 0;
      inVain = changed ? 0 : inVain + 1;
      assertUntouched();
    }
    assertThat(exchanged).as("exchanges that the account could still make").isPositive();
    assertThat(refused).as("exchanges that were refused").isPositive();
  }

  @Test
  void whatTheAccountHasOpenIsNotTheConfigurationAnyMore() throws Exception {
    Volume volume = volume();
    Path lastGood = RememberedConfigurations.lastGoodIn(volume).resolve("postgresql.conf");
    try (FileChannel held = FileChannel.open(lastGood, StandardOpenOption.WRITE)) {
      new VolumeOwnership(account).secure(volume);
      held.write(
          ByteBuffer.wrap("unix_socket_directories = '/etc'".getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(lastGood).hasContent(GOOD);
    assertThat(new VolumeOwnership(account).secured(volume)).isTrue();
  }

  @Test
  void whatIsRootsAndNotOfPgletDoesNotBecomeTheConfiguration() throws Exception {
    Volume volume = volume();
    Path file = RememberedConfigurations.lastGoodIn(volume).resolve("pg_hba.conf");
    // As the last name of a file of root's to which the account had made a link.
    Files.delete(file);
    Files.move(secrets.resolve("f"), file);
    assertThatThrownBy(() -> new VolumeOwnership(account).secure(volume))
        .isInstanceOfSatisfying(
            Refused.class,
            e -> assertThat(e.explain()).contains(file.toString(), "chown root:nobody"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aVolumeOfAnotherAccountIsRefusedAndLeftAsItIs() throws Exception {
    Volume volume = volume();
    assertRefused(volume, new ServerAccount("somebody", 64001, 64001, true), "nobody");
    chown(volume.directory(), 0);
    assertRefused(volume, new ServerAccount("somebody", 64001, 64001, true), "nobody");
    assertThat(uid(volume.data())).isEqualTo(account.uid());
    chown(volume.directory(), account.uid());
    chown(volume.data(), 64002);
    assertRefused(volume, account, "64002");
    assertThat(uid(volume.directory())).isEqualTo(account.uid());
  }

  @Test
  void anotherAccountThanTheManifestNamesIsNotWhatPgletIsStartedWith() throws Exception {
    Volume volume = volume();
    ServerAccount by = new ServerAccount("somebody", 64001, 64001, true);
    Volume named =
        new Volume(
            volume.pool(),
            volume.directory(),
            volume.marker().plusFacts(Map.of(MarkedAccount.FACT, "somebody:64001:64001")));
    assertThatThrownBy(() -> new VolumeOwnership(by).secured(named))
        .isInstanceOfSatisfying(
            Refused.class,
            e ->
                assertThat(e.remedy())
                    .contains("given it to nobody", "chown -hR somebody: " + volume.directory())
                    .doesNotContain("--account"));
  }

  private static void assertRefused(Volume volume, ServerAccount by, String owner) {
    VolumeOwnership ownership = new VolumeOwnership(by);
    assertThatThrownBy(() -> ownership.secured(volume))
        .isInstanceOfSatisfying(
            Refused.class,
            e ->
                assertThat(e.explain())
                    .contains(volume.directory().toString(), by.name(), "--account " + owner));
    assertThatThrownBy(() -> ownership.secure(volume)).isInstanceOf(Refused.class);
  }

  /** As earlier versions made it: all the account's. */
  private Volume volume() throws IOException {
    Path pool = directory.resolve("pool");
    Path made = pool.resolve("v" + ++volumes);
    Path lastGood = Files.createDirectories(made.resolve("config/last-good"));
    mode(pool, "rwx--x--x");
    Path data = Files.createDirectory(made.resolve("data"));
    Files.writeString(Files.createDirectory(made.resolve("log")).resolve("server.log"), "LOG\n");
    Files.writeString(made.resolve("server.lock"), "");
    Files.writeString(made.resolve("config/refused"), "hash\n");
    for (Path each : List.of(lastGood, data)) {
      Files.writeString(each.resolve("postgresql.conf"), GOOD);
      Files.writeString(each.resolve("pg_hba.conf"), "# access\n");
      Files.writeString(each.resolve("pg_ident.conf"), "# identities\n");
    }
    try (Stream<Path> all = Files.walk(made)) {
      for (Path path : all.toList()) {
        mode(path, Files.isDirectory(path) ? "rwx------" : "rw-------");
        chown(path, account.uid());
      }
    }
    VolumeMarker marker = TestingServer.created().observed().volume().orElseThrow().marker();
    return new Volume(pool, made, marker);
  }

  private void assertUntouched() throws IOException {
    for (Path path : List.of(secrets, secrets.resolve("f"))) {
      assertThat(uid(path)).isEqualTo(0);
      assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(0);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo(path.equals(secrets) ? "rwx------" : "rw-------");
    }
    try (Stream<Path> entries = Files.list(secrets)) {
      assertThat(entries).containsExactly(secrets.resolve("f"));
    }
    assertThat(secrets.resolve("f")).hasContent("only root may read this");
  }

  private void asAccount(String script, Path first, Path second) throws IOException {
    List<String> command = List.of("sh", "-c", script, "sh", first.toString(), second.toString());
    Process process =
        new ProcessBuilder(requireNonNull(switched(command)))
            .directory(new File("/"))
            .redirectErrorStream(true)
            .start();
    // It fails as soon as the account cannot do that any more.
    process.getInputStream().readAllBytes();
    process.onExit().join();
  }

  private List<String> switched(List<String> command) throws IOException {
    try {
      return AccountSwitch.apply(account, command);
    } catch (ReconcileException e) {
      throw new IOException(e);
    }
  }

  private static int uid(Path path) throws IOException {
    Map<String, Object> found = Files.readAttributes(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return (Integer) requireNonNull(found.get("uid"));
  }

  private static void chown(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
