package dev.pglet.server.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused of a cluster that somebody else made, by files as PostgreSQL writes them. */
final class TestAdoptionChecks {
  private static final String FIELD = "spec.storage.dataDirectory";
  private static final Path SOCKETS = Path.of("/run/pglet/0a1b2c3d");

  @TempDir private Path above;
  private Path data;
  private ServerAccount account;

  @BeforeEach
  void make() throws Exception {
    account = TestingCluster.account();
    data = TestingCluster.make(above.resolve("main"));
  }

  private Optional<InvalidSpec> problem(int major) throws IOException {
    return problem(new Adoption(major, false), Optional.empty());
  }

  private Optional<InvalidSpec> problem(Adoption wanted, Optional<Path> own) throws IOException {
    return new AdoptionChecks(account).problem(FIELD, data, wanted, own);
  }

  private InvalidSpec refusal() throws IOException {
    return problem(15).orElseThrow();
  }

  @Test
  void takesAClusterThatIsWholeAndAtRest() throws Exception {
    assertThat(problem(15)).isEmpty();
    new AdoptionChecks(account).requireWhole(data);
  }

  @Test
  void takesOneWhoseServerCrashed() throws Exception {
    Files.writeString(data.resolve("postmaster.pid"), Integer.MAX_VALUE + "\n" + data + "\n");

    assertThat(problem(15)).isEmpty();
  }

  @Test
  void refusesADirectoryThatIsNotThere() throws Exception {
    data = above.resolve("nowhere");

    assertThat(refusal().reason()).isEqualTo("NoCluster");
    assertThat(refusal()).hasMessageContaining(data + " is not there");
  }

  @Test
  void refusesADirectoryWithoutACluster() throws Exception {
    Files.delete(data.resolve("PG_VERSION"));

    assertThat(refusal().reason()).isEqualTo("NoCluster");
    assertThat(refusal()).hasMessageContaining(data + " holds no database cluster");
  }

  @Test
  void refusesAnotherMajorVersion() throws Exception {
    InvalidSpec refused = problem(16).orElseThrow();

    assertThat(refused.field()).isEqualTo("spec.version");
    assertThat(refused).hasMessageContaining("a cluster of PostgreSQL 15");
    assertThat(refused.remedy()).contains("Set spec.version to \"15\"");
  }

  @Test
  void refusesWhatIsAnotherAccountsAndSaysTheCommand() throws Exception {
    account = new ServerAccount("stranger", account.uid() + 1, account.gid(), true);

    assertThat(refusal().reason()).isEqualTo("AnotherAccount");
    assertThat(refusal().remedy()).contains("chown -hR stranger: " + data);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx--x--x", "rwxr-xr-x"})
  void refusesADirectoryThatIsOpen(String mode) throws Exception {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString(mode));

    assertThat(refusal().reason()).isEqualTo("DirectoryOpen");
    assertThat(refusal().remedy()).contains("chmod 700 " + data);
  }

  @Test
  void takesADirectoryThatItsGroupMayRead() throws Exception {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));

    assertThat(problem(15)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-"})
  void refusesAClusterWhosePidFileNamesALivingProcess(String sign) throws Exception {
    long pid = ProcessHandle.current().pid();
    Files.writeString(data.resolve("postmaster.pid"), sign + pid + "\n" + data + "\n");

    assertThat(refusal().reason()).isEqualTo("ServerRuns");
    assertThat(refusal()).hasMessageContaining("names the process " + pid + " (java)");
    assertThat(refusal().remedy()).contains("pg_ctl stop -D " + data);
  }

  @Test
  void refusesAClusterThatMayJustBeStarting() throws Exception {
    Files.writeString(data.resolve("postmaster.pid"), "");

    assertThat(refusal().reason()).isEqualTo("ServerRuns");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "standby.signal",
        "recovery.signal",
        "recovery.conf",
        "backup_label",
        "tablespace_map"
      })
  void refusesAClusterThatIsToRecover(String file) throws Exception {
    Files.writeString(data.resolve(file), "");

    assertThat(refusal().reason()).isEqualTo("RecoveryPending");
    assertThat(refusal()).hasMessageContaining(data.resolve(file) + " is there");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void refusesAStandbyThatWasNotPromotedThoughItsSignalIsGone(int state) throws Exception {
    TestingCluster.control(data, state, false);

    assertThat(refusal().reason()).isEqualTo("RecoveryPending");
    assertThat(refusal().remedy()).contains("pg_ctl promote -D " + data);
  }

  @Test
  void refusesAClusterWithTablespaces() throws Exception {
    Files.createSymbolicLink(data.resolve("pg_tblspc/16385"), Path.of("/srv/fast"));

    assertThat(refusal().reason()).isEqualTo("Tablespaces");
    assertThat(refusal()).hasMessageContaining("in /srv/fast");
  }

  @Test
  void refusesWalElsewhere() throws Exception {
    Path wal = Files.move(data.resolve("pg_wal"), above.resolve("wal"));
    Files.createSymbolicLink(data.resolve("pg_wal"), wal);

    assertThat(refusal().reason()).isEqualTo("WalElsewhere");
    assertThat(refusal().remedy()).contains("mv " + wal + " " + data.resolve("pg_wal"));
  }

  @Test
  void refusesWalOfAnotherCluster() throws Exception {
    TestingCluster.wal(data, TestingCluster.SYSTEM + 1);

    assertThat(refusal().reason()).isEqualTo("WalMissing");
  }

  @Test
  void refusesADamagedControlFile() throws Exception {
    byte[] control = Files.readAllBytes(data.resolve("global/pg_control"));
    control[100] ^= 1;
    Files.write(data.resolve("global/pg_control"), control);

    assertThat(refusal().reason()).isEqualTo("ClusterDamaged");
  }

  @ParameterizedTest
  @CsvSource({"base/1/PG_VERSION", "pg_wal", "global/pg_control"})
  void refusesAClusterThatLacksWhatEachHas(String what) throws Exception {
    if (what.equals("pg_wal")) {
      Files.delete(data.resolve("pg_wal/000000010000000000000001"));
      Files.delete(data.resolve("pg_wal/archive_status"));
    }
    Files.delete(data.resolve(what));

    assertThat(refusal().reason()).isEqualTo("ClusterDamaged");
    assertThat(refusal()).hasMessageContaining(what + " is missing");
  }

  @Test
  void refusesTheDataOfAPgletWithAnotherDataRoot() throws Exception {
    Path configurations = Files.createDirectories(above.resolve("pool/v-0a1b2c3d-1/config"));
    Files.createDirectory(above.resolve("pool/meta"));
    Path marker = Files.writeString(above.resolve("pool/meta/v-0a1b2c3d-1.json"), "{}");
    Files.createSymbolicLink(
        data.resolve("postgresql.conf"), configurations.resolve("postgresql.conf"));

    assertThat(refusal().reason()).isEqualTo("DirectoryTaken");
    assertThat(refusal()).hasMessageContaining("of its volume " + configurations.getParent());

    Files.delete(marker);
    assertThat(problem(15)).as("whose pglet is gone").isEmpty();
  }

  @Test
  void refusesTheDataInAVolume() throws Exception {
    Files.createDirectories(above.resolve("pool/meta"));
    Files.writeString(above.resolve("pool/meta/v-0a1b2c3d-1.json"), "{}");
    Path volume = Files.createDirectory(above.resolve("pool/v-0a1b2c3d-1"));
    data = Files.move(data, volume.resolve("data"));

    assertThat(refusal().reason()).isEqualTo("DirectoryTaken");
    assertThat(refusal()).hasMessageContaining("of its volume " + volume);
  }

  @Test
  void refusesAClusterInAnother() throws Exception {
    Files.writeString(above.resolve("PG_VERSION"), "15\n");

    assertThat(refusal().reason()).isEqualTo("DirectoryTaken");
    assertThat(refusal()).hasMessageContaining("lies in " + above + ", another database cluster");
  }

  @Test
  void refusesALinkInTheDataButNotOneBesideIt() throws Exception {
    Files.createSymbolicLink(data.resolve("server.crt"), Path.of("/etc/ssl/certs/mine.pem"));
    new AdoptionChecks(account).requireWhole(data);

    Files.createSymbolicLink(data.resolve("base/5"), above);
    InvalidSpec refused =
        catchThrowableOfType(
            InvalidSpec.class, () -> new AdoptionChecks(account).requireWhole(data));
    assertThat(refused.reason()).isEqualTo("LinkInCluster");
  }

  @ParameterizedTest
  @CsvSource({"on, false", "TRUE, false", "y, false", "off, true", "o, true", ", true"})
  void refusesToRunAClusterWithoutTheCommitTimestampsThatItKeeps(String wanted, boolean refuses)
      throws Exception {
    Map<String, String> parameters =
        wanted == null ? Map.of() : Map.of("Track_Commit_Timestamp", wanted);
    Adoption adoption = new Adoption(15, Adoption.keepsCommitTimestamps(parameters));
    assertThat(problem(adoption, Optional.empty())).as("it keeps none").isEmpty();

    TestingCluster.control(data, TestingCluster.IN_PRODUCTION, true);

    assertThat(problem(adoption, Optional.empty()).map(InvalidSpec::reason))
        .isEqualTo(refuses ? Optional.of("CommitTimestamps") : Optional.empty());
    InvalidSpec refused =
        catchThrowableOfType(
            InvalidSpec.class, () -> new AdoptionChecks(account).requireLossless(data, parameters));
    assertThat(refused != null).as("before its first start, too").isEqualTo(refuses);
    if (refuses) {
      assertThat(refused).hasMessageContaining("the cluster in " + data);
      assertThat(refused.remedy()).contains("Set spec.parameters.track_commit_timestamp: on");
    }
  }

  @Test
  void refusesWalThatItsArchiverHasNotArchived() throws Exception {
    Path status = data.resolve("pg_wal/archive_status");
    Files.createFile(status.resolve("000000010000000000000001.done"));
    assertThat(problem(15)).isEmpty();
    Path ready = Files.createFile(status.resolve("000000010000000000000002.ready"));

    assertThat(refusal().reason()).isEqualTo("WalNotArchived");
    assertThat(refusal()).hasMessageContaining(ready + " says that its WAL is not in the archive");
    assertThat(refusal().remedy()).contains("rm " + status + "/*.ready");
  }

  @Test
  void refusesWhatAnotherVolumeHasClaimedThoughNoConfigurationSaysSoYet() throws Exception {
    Volume first = volume(above.resolve("one"));
    Volume second = volume(above.resolve("two"));
    AdoptionClaim.take(first);
    AdoptionClaim.take(first);

    InvalidSpec refused = catchThrowableOfType(InvalidSpec.class, () -> AdoptionClaim.take(second));
    assertThat(refused.reason()).isEqualTo("DirectoryTaken");
    assertThat(refused).hasMessageContaining("of its volume " + first.directory());
    assertThat(refused.remedy()).contains("rm " + AdoptionClaim.file(data));
    Adoption wanted = new Adoption(15, false);
    assertThat(problem(wanted, Optional.of(first.directory()))).isEmpty();
    assertThat(problem(wanted, Optional.of(second.directory()))).isPresent();
    assertThat(problem(wanted, Optional.empty())).isPresent();

    AdoptionClaim.release(second);
    assertThat(problem(wanted, Optional.empty())).as("it was not its own").isPresent();
    AdoptionClaim.release(first);
    assertThat(problem(wanted, Optional.empty())).isEmpty();
  }

  private Volume volume(Path pool) {
    VolumeMarker marker =
        new VolumeMarker(
            VolumeMarker.FORMAT,
            "v-0a1b2c3d-1",
            ResourceKey.of("PostgreSQLInstance", "app"),
            "0a1b2c3d-0000-4000-8000-000000000001",
            1,
            "/etc/pglet/manifests",
            VolumeMarker.Phase.BUILDING,
            5432,
            "system",
            "15.1",
            null,
            Map.of(Volume.DATA_FACT, data.toString()));
    return new Volume(pool, pool.resolve(marker.volume()), marker);
  }

  @Test
  void isInUseWhenThePidFileOfSomebodyElsesServerNamesALivingProcess() throws Exception {
    AdoptionChecks checks = new AdoptionChecks(account);
    checks.requireUnused(data, SOCKETS);
    long pid = ProcessHandle.current().pid();
    TestingCluster.pidFile(data, pid, Path.of("/var/run/postgresql"));

    InvalidSpec refused =
        catchThrowableOfType(InvalidSpec.class, () -> checks.requireUnused(data, SOCKETS));
    assertThat(refused.reason()).isEqualTo("ServerRuns");
    assertThat(refused).hasMessageContaining("names the process " + pid);

    TestingCluster.pidFile(data, Integer.MAX_VALUE, Path.of("/var/run/postgresql"));
    checks.requireUnused(data, SOCKETS);
    // After a reboot anybody may have the pid of a server of ours.
    TestingCluster.pidFile(data, pid, SOCKETS);
    checks.requireUnused(data, SOCKETS);
  }
}
