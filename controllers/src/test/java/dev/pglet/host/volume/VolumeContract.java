package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Volumes.CopyRequest;
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
  @TempDir Path temporary;

  /** For each test a new one. */
  Path directory = Path.of("/");

  Path pool = Path.of("/");
  ServerAccount account = new ServerAccount("root", 0, 0, false);

  /** A driver without any memory of its own: each call is as after a crash. */
  protected abstract Volumes volumes();

  /** The driver of the volumes. */
  protected String driver() {
    return "copy";
  }

  /** Where directories are made; on the file system that the driver is for. */
  protected Path base() {
    return temporary;
  }

  @BeforeEach
  void preparePool() throws Exception {
    directory = Files.createTempDirectory(base(), "volumes");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
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
    volumes().probe(pool, account);
    assertThat(volumes().inventory(pool).volumes()).isEmpty();
  }

  @Test
  void aPoolThatIsNotThereHasNoVolumes() throws Exception {
    assertThat(volumes().inventory(directory.resolve("nowhere")).volumes()).isEmpty();
  }

  @Test
  void createsAVolumeThatTheInventoryShows() throws Exception {
    Volume volume = volumes().create(pool, marker("a"), account);
    assertThat(volume.directory()).isDirectory();
    assertThat(volume.data()).doesNotExist();
    assertThat(volumes().inventory(pool).volumes()).containsExactly(volume);
    assertThat(volume.marker()).isEqualTo(marker("a"));
  }

  @Test
  void creatingAgainFindsTheVolumeAndKeepsItsDataAndMarker() throws Exception {
    Volume volume = volumes().create(pool, marker("a"), account);
    volumes().mark(pool, marker("a").with(VolumeMarker.Phase.READY).withPort(15432));
    Files.writeString(volume.directory().resolve("kept"), "data");
    Volume again = volumes().create(pool, marker("a"), account);
    assertThat(again.marker().phase()).isEqualTo(VolumeMarker.Phase.READY);
    assertThat(again.marker().port()).isEqualTo(15432);
    assertThat(volume.directory().resolve("kept")).hasContent("data");
  }

  @Test
  void theVolumeOfAnotherResourceIsRefused() throws Exception {
    volumes().create(pool, marker("a"), account);
    VolumeMarker other = marker("a", "bbbbbbbb-0000", "other");
    assertThatThrownBy(() -> volumes().create(pool, other, account)).isInstanceOf(Refused.class);
    assertThat(volumes().inventory(pool).volumes().getFirst().marker()).isEqualTo(marker("a"));
  }

  @Test
  void aDirectoryWithoutAMarkerIsNeverTaken() throws Exception {
    volumes().probe(pool, account);
    Path foreign = Files.createDirectories(pool.resolve(marker("a").volume()));
    Files.writeString(foreign.resolve("precious"), "mine");
    assertThatThrownBy(() -> volumes().create(pool, marker("a"), account))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(foreign.toString());
    assertThatThrownBy(() -> volumes().destroy(pool, marker("a").volume()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(foreign.toString());
    assertThat(foreign.resolve("precious")).hasContent("mine");
  }

  @Test
  void aMarkerIsReplacedWhole() throws Exception {
    volumes().create(pool, marker("a").plusFacts(Map.of("source", "x", "token", "1")), account);
    VolumeMarker changed =
        marker("a").with(VolumeMarker.Phase.RETAINED).plusFacts(Map.of("source", "y"));
    volumes().mark(pool, changed);
    assertThat(volumes().inventory(pool).volumes().getFirst().marker()).isEqualTo(changed);
  }

  @Test
  void marksNoVolumeThatIsNotThere() {
    assertThatThrownBy(() -> volumes().mark(pool, marker("a")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void destroyingRemovesDataAndMarkerAndNothingElse() throws Exception {
    Volume a = volumes().create(pool, marker("a"), account);
    Volume b = volumes().create(pool, marker("b"), account);
    Files.createDirectories(a.data().resolve("base/1"));
    Files.writeString(a.data().resolve("base/1/1259"), "x");
    volumes().destroy(pool, a.marker().volume());
    assertThat(a.directory()).doesNotExist();
    assertThat(volumes().inventory(pool).volumes()).containsExactly(b);
    volumes().destroy(pool, a.marker().volume());
    assertThat(volumes().inventory(pool).volumes()).containsExactly(b);
  }

  @Test
  void theInventoryIsInTheOrderOfIds() throws Exception {
    for (String name : List.of("c", "a", "b")) {
      volumes().create(pool, marker(name), account);
    }
    assertThat(volumes().inventory(pool).volumes())
        .extracting(v -> v.marker().key().name())
        .containsExactly("a", "b", "c");
  }

  @Test
  void aCopyHasTheSameBytesAndModesAndTheAccountAsOwner() throws Exception {
    Path source = tree();
    Volume volume = volumes().create(pool, marker("a"), account);
    List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    try (Volumes.Writing writing = volumes().write(volume)) {
      volumes()
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
    Volume volume = volumes().create(pool, marker("a"), account);
    Set<String> excluded = Set.of("pg_wal/*", "postmaster.pid", "pgsql_tmp*");
    volumes()
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
    Volume volume = volumes().create(pool, marker("a"), account);
    assertThatThrownBy(
            () ->
                volumes()
                    .copyTree(
                        new CopyRequest(
                            source, volume.data(), Set.of(), account, n -> {}, () -> false)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(link.toString());
  }

  /** A volume whose data is what {@link #tree} has. */
  Volume filled(String name) throws Exception {
    Volume volume = volumes().create(pool, marker(name), account);
    Path source = Files.exists(directory.resolve("source")) ? directory.resolve("source") : tree();
    volumes().copyTree(CopyRequest.whole(source, volume.data(), account));
    return volume;
  }

  @Test
  void aCopyOfAVolumesDataIsTheSameAndNeitherChangesTheOther() throws Exception {
    Volume a = filled("a");
    Volume b = volumes().create(pool, marker("b"), account);
    volumes()
        .copyTree(
            new CopyRequest(
                a.data(), b.data(), Set.of("pg_wal/*", "PG_*"), account, _ -> {}, () -> false));
    assertThat(b.beside().toFile().list()).containsExactly("data");
    assertThat(b.directory().toFile().list()).hasSize(1);
    assertThat(b.data().resolve("pg_wal")).isEmptyDirectory();
    assertThat(b.data().resolve("PG_VERSION")).doesNotExist();
    assertThat(b.data().resolve("base/empty")).isEmptyDirectory();
    for (String file : List.of("base/1/1259", "base/1/big")) {
      assertThat(b.data().resolve(file)).hasSameBinaryContentAs(a.data().resolve(file));
    }
    Files.writeString(b.data().resolve("base/1/1259"), "of b");
    Files.writeString(a.data().resolve("base/1/big"), "of a");
    assertThat(a.data().resolve("base/1/1259")).hasContent("catalogue");
    assertThat(Files.size(b.data().resolve("base/1/big"))).isEqualTo(20 << 20);
    volumes().destroy(pool, a.marker().volume());
    assertThat(a.directory()).doesNotExist();
    assertThat(Files.size(b.data().resolve("base/1/big"))).isEqualTo(20 << 20);
  }

  @Test
  void theDriverIsOneThatIsProvenToWorkInThePool() throws Exception {
    assertThat(volumes().choose(pool, driver(), account)).isEqualTo(driver());
    assertThat(volumes().inventory(pool).volumes()).isEmpty();
    try (var left = Files.list(pool)) {
      assertThat(left.map(entry -> entry.getFileName().toString())).allMatch("meta"::equals);
    }
    assertThatThrownBy(() -> volumes().choose(pool, "floppy", account))
        .isInstanceOf(ReconcileException.class)
        .hasMessageContaining("floppy");
  }

  @Test
  void aCancelledCopyThrows() throws Exception {
    Path source = tree();
    Volume volume = volumes().create(pool, marker("a"), account);
    assertThatThrownBy(
            () ->
                volumes()
                    .copyTree(
                        new CopyRequest(
                            source, volume.data(), Set.of(), account, n -> {}, () -> true)))
        .isInstanceOf(ReconcileException.class);
  }

  VolumeMarker marker(String name) {
    return held(plain(name));
  }

  VolumeMarker marker(String volumeOf, String uid, String name) {
    return held(plain(volumeOf, uid, name));
  }

  private VolumeMarker held(VolumeMarker marker) {
    return driver().equals("copy")
        ? marker
        : marker.plusFacts(Map.of(VolumeMarker.DRIVER_FACT, driver()));
  }

  /** The marker of a volume of plain files. */
  static VolumeMarker plain(String name) {
    return plain(name, uid8(name) + "-0000", name);
  }

  private static VolumeMarker plain(String volumeOf, String uid, String name) {
    return new VolumeMarker(
        VolumeMarker.format("copy"),
        VolumeMarker.id(uid8(volumeOf), 1),
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

  private static String uid8(String name) {
    String hex = HexFormat.of().formatHex(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return (hex + "00000000").substring(0, 8);
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
