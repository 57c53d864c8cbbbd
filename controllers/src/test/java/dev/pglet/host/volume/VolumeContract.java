package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.VolumeDriver.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every volume driver does, the one in memory included. */
public abstract class VolumeContract {
  @TempDir Path directory;

  Path pool = Path.of("/");
  ServerAccount account = new ServerAccount("root", 0, 0, false);

  /** A driver without any memory of its own: each call is as after a crash. */
  protected abstract VolumeDriver driver();

  @BeforeEach
  void preparePool() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    pool = directory.resolve("pool");
    var self = new HostAccounts().self();
    if (self.uid() == 0) {
      var nobody = new HostAccounts().find("nobody").orElseThrow();
      account = new ServerAccount("nobody", nobody.uid(), nobody.gid(), true);
    } else {
      account = new ServerAccount(self.name(), self.uid(), self.gid(), false);
    }
  }

  @Test
  void aNewPoolIsProvenAndEmpty() throws Exception {
    driver().probe(pool, account);
    assertThat(driver().inventory(pool).volumes()).isEmpty();
  }

  @Test
  void aPoolThatIsNotThereHasNoVolumes() throws Exception {
    assertThat(driver().inventory(directory.resolve("nowhere")).volumes()).isEmpty();
  }

  @Test
  void createsAVolumeThatTheInventoryShows() throws Exception {
    Volume volume = driver().create(pool, marker("a"), account);
    assertThat(volume.directory()).isDirectory();
    assertThat(volume.data()).doesNotExist();
    assertThat(driver().inventory(pool).volumes()).containsExactly(volume);
    assertThat(volume.marker()).isEqualTo(marker("a"));
  }

  @Test
  void creatingAgainFindsTheVolumeAndKeepsItsDataAndMarker() throws Exception {
    Volume volume = driver().create(pool, marker("a"), account);
    driver().mark(pool, marker("a").with(VolumeMarker.Phase.READY).withPort(15432));
    Files.writeString(volume.directory().resolve("kept"), "data");
    Volume again = driver().create(pool, marker("a"), account);
    assertThat(again.marker().phase()).isEqualTo(VolumeMarker.Phase.READY);
    assertThat(again.marker().port()).isEqualTo(15432);
    assertThat(volume.directory().resolve("kept")).hasContent("data");
  }

  @Test
  void theVolumeOfAnotherResourceIsRefused() throws Exception {
    driver().create(pool, marker("a"), account);
    VolumeMarker other = marker("a", "bbbbbbbb-0000", "other");
    assertThatThrownBy(() -> driver().create(pool, other, account)).isInstanceOf(Refused.class);
    assertThat(driver().inventory(pool).volumes().getFirst().marker()).isEqualTo(marker("a"));
  }

  @Test
  void aDirectoryWithoutAMarkerIsNeverTaken() throws Exception {
    driver().probe(pool, account);
    Path foreign = Files.createDirectories(pool.resolve(marker("a").volume()));
    Files.writeString(foreign.resolve("precious"), "mine");
    assertThatThrownBy(() -> driver().create(pool, marker("a"), account))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(foreign.toString());
    assertThatThrownBy(() -> driver().destroy(pool, marker("a").volume()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(foreign.toString());
    assertThat(foreign.resolve("precious")).hasContent("mine");
  }

  @Test
  void aMarkerIsReplacedWhole() throws Exception {
    driver().create(pool, marker("a").withFacts(Map.of("source", "x", "token", "1")), account);
    VolumeMarker changed =
        marker("a").with(VolumeMarker.Phase.RETAINED).withFacts(Map.of("source", "y"));
    driver().mark(pool, changed);
    assertThat(driver().inventory(pool).volumes().getFirst().marker()).isEqualTo(changed);
  }

  @Test
  void marksNoVolumeThatIsNotThere() {
    assertThatThrownBy(() -> driver().mark(pool, marker("a")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void destroyingRemovesDataAndMarkerAndNothingElse() throws Exception {
    Volume a = driver().create(pool, marker("a"), account);
    Volume b = driver().create(pool, marker("b"), account);
    Files.createDirectories(a.data().resolve("base/1"));
    Files.writeString(a.data().resolve("base/1/1259"), "x");
    driver().destroy(pool, a.marker().volume());
    assertThat(a.directory()).doesNotExist();
    assertThat(driver().inventory(pool).volumes()).containsExactly(b);
    driver().destroy(pool, a.marker().volume());
    assertThat(driver().inventory(pool).volumes()).containsExactly(b);
  }

  @Test
  void theInventoryIsInTheOrderOfIds() throws Exception {
    for (String name : List.of("c", "a", "b")) {
      driver().create(pool, marker(name), account);
    }
    assertThat(driver().inventory(pool).volumes())
        .extracting(v -> v.marker().key().name())
        .containsExactly("a", "b", "c");
  }

  @Test
  void aCopyHasTheSameBytesAndModesAndTheAccountAsOwner() throws Exception {
    Path source = tree();
    Volume volume = driver().create(pool, marker("a"), account);
    List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    try (VolumeDriver.Writing writing = driver().write(volume)) {
      driver()
          .copyTree(
              new CopyRequest(
                  source, volume.data(), Set.of(), account, progress::add, () -> false));
      writing.sync(volume.data());
    }
    for (String file : List.of("PG_VERSION", "base/1/1259", "base/1/big", "pg_wal/0001")) {
      assertThat(volume.data().resolve(file)).hasSameBinaryContentAs(source.resolve(file));
      assertThat(Files.getPosixFilePermissions(volume.data().resolve(file)))
          .isEqualTo(Files.getPosixFilePermissions(source.resolve(file)));
    }
    assertThat(volume.data().resolve("base/empty")).isEmptyDirectory();
    assertThat(progress).isSorted().last().isEqualTo(size(source));
  }

  @Test
  void aCopyLeavesOutWhatIsExcluded() throws Exception {
    Path source = tree();
    Files.writeString(source.resolve("postmaster.pid"), "1");
    Files.createDirectories(source.resolve("base/pgsql_tmp/deep"));
    Files.writeString(source.resolve("base/1/pgsql_tmp12.3"), "t");
    Volume volume = driver().create(pool, marker("a"), account);
    Set<String> excluded = Set.of("pg_wal/*", "postmaster.pid", "pgsql_tmp*");
    driver()
        .copyTree(new CopyRequest(source, volume.data(), excluded, account, n -> {}, () -> false));
    assertThat(volume.data().resolve("pg_wal")).isEmptyDirectory();
    assertThat(volume.data().resolve("postmaster.pid")).doesNotExist();
    assertThat(volume.data().resolve("base/pgsql_tmp")).doesNotExist();
    assertThat(volume.data().resolve("base/1/pgsql_tmp12.3")).doesNotExist();
    assertThat(volume.data().resolve("base/1/1259")).exists();
  }

  @Test
  void aSymbolicLinkInTheTreeIsAnErrorThatNamesIt() throws Exception {
    Path source = tree();
    Path link = Files.createSymbolicLink(source.resolve("pg_tblspc"), Path.of("/etc"));
    Volume volume = driver().create(pool, marker("a"), account);
    assertThatThrownBy(
            () ->
                driver()
                    .copyTree(
                        new CopyRequest(
                            source, volume.data(), Set.of(), account, n -> {}, () -> false)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(link.toString());
  }

  @Test
  void aCancelledCopyThrows() throws Exception {
    Path source = tree();
    Volume volume = driver().create(pool, marker("a"), account);
    assertThatThrownBy(
            () ->
                driver()
                    .copyTree(
                        new CopyRequest(
                            source, volume.data(), Set.of(), account, n -> {}, () -> true)))
        .isInstanceOf(ReconcileException.class);
  }

  static VolumeMarker marker(String name) {
    String hex = HexFormat.of().formatHex(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return marker(name, (hex + "00000000").substring(0, 8) + "-0000", name);
  }

  static VolumeMarker marker(String volumeOf, String uid, String name) {
    String hex =
        HexFormat.of().formatHex(volumeOf.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return new VolumeMarker(
        VolumeMarker.FORMAT,
        VolumeMarker.id((hex + "00000000").substring(0, 8), 1),
        ResourceKey.of("PostgreSQLInstance", name),
        uid,
        1,
        "/etc/pglet/manifests",
        VolumeMarker.Phase.BUILDING,
        0,
        "embedded",
        "18.6",
        "3f",
        Map.of());
  }

  Path tree() throws Exception {
    Path source = directory.resolve("source");
    Files.createDirectories(source.resolve("base/1"));
    Files.createDirectories(source.resolve("base/empty"));
    Files.createDirectories(source.resolve("pg_wal"));
    Files.writeString(source.resolve("PG_VERSION"), "18\n");
    Files.writeString(source.resolve("base/1/1259"), "catalogue");
    Files.writeString(source.resolve("pg_wal/0001"), "wal");
    byte[] big = new byte[20 << 20];
    new Random(1).nextBytes(big);
    Files.write(source.resolve("base/1/big"), big);
    Files.setPosixFilePermissions(
        source.resolve("PG_VERSION"), PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(
        source.resolve("base/1/1259"), PosixFilePermissions.fromString("rw-r-----"));
    return source;
  }

  private static long size(Path tree) throws Exception {
    try (var files = Files.walk(tree)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }
}
