package dev.pglet.server.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused of a cluster that somebody else made, by files as PostgreSQL writes them. */
final class TestAdoptionChecks {
  private static final String FIELD = "spec.storage.dataDirectory";
  private static final long SYSTEM = 7_300_000_000_000_000_001L;
  private static final int IN_PRODUCTION = 6;
  private static final int CONTROL_END = 288;

  @TempDir private Path above;
  private Path data;
  private ServerAccount account;

  @BeforeEach
  void make() throws Exception {
    AccountDatabase.Entry self = new HostAccounts().self();
    account = new ServerAccount(self.name(), self.uid(), self.gid(), false);
    data = Files.createDirectory(above.resolve("main"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (String directory : new String[] {"global", "base", "base/1", "pg_wal", "pg_tblspc"}) {
      Files.createDirectory(data.resolve(directory));
    }
    for (String file : new String[] {"PG_VERSION", "base/1/PG_VERSION"}) {
      Files.writeString(data.resolve(file), "15\n");
    }
    for (String file : new String[] {"global/pg_filenode.map", "base/1/pg_filenode.map"}) {
      Files.writeString(data.resolve(file), "map");
    }
    control(IN_PRODUCTION);
    wal(SYSTEM);
  }

  private void control(int state) throws IOException {
    ByteBuffer control = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    control.putLong(0, SYSTEM).putInt(8, 1300).putInt(16, state);
    control.putDouble(200, 1234567.0).putInt(220, 64 << 20).putInt(224, 64).putInt(244, 1);
    CRC32C crc = new CRC32C();
    crc.update(control.slice(0, CONTROL_END));
    control.putInt(CONTROL_END, (int) crc.getValue());
    Files.write(data.resolve("global/pg_control"), control.array());
  }

  private void wal(long system) throws IOException {
    ByteBuffer segment = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    segment.putShort(2, (short) 2).putLong(24, system);
    Files.write(data.resolve("pg_wal/000000010000000000000001"), segment.array());
  }

  private Optional<InvalidSpec> problem(int major) throws IOException {
    return new AdoptionChecks(account).problem(FIELD, data, major);
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
    control(state);

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
    wal(SYSTEM + 1);

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
}
