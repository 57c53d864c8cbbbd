package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TestLocalVolumes extends VolumeContract {
  @Override
  protected Volumes volumes() {
    return new LocalVolumes(new LocalCommands());
  }

  @Test
  void aVolumeIsOursAndTheAccountPassesThroughIt() throws Exception {
    Volume volume = volumes().create(pool, marker("a"), account);
    assertThat(uid(volume.directory())).isEqualTo(uid(directory));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.directory())))
        .isEqualTo(account.switching() ? "rwx--x---" : "rwx------");
    assertThat(Files.getAttribute(volume.directory(), "unix:gid")).isEqualTo(account.gid());
  }

  @Test
  void aCopyIsClosedToTheAccountUntilItIsGivenAway() throws Exception {
    Volume volume = volumes().create(pool, marker("a"), account);
    volumes().copyTree(request(tree(), volume.data()));
    assertThat(uid(volume.data())).isEqualTo(uid(directory));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.data())))
        .isEqualTo("rwx------");
    assertThat(uid(volume.data().resolve("base/1"))).isEqualTo(account.uid());
    assertThat(uid(volume.data().resolve("base/1/1259"))).isEqualTo(account.uid());
    assertThat(Files.getAttribute(volume.data().resolve("base"), "unix:gid"))
        .isEqualTo(account.gid());
  }

  @Test
  void aPoolThatTheAccountCanWriteInIsRefusedWithTheWayOut() throws Exception {
    assumeTrue(account.switching(), "an ordinary user's servers are that user's");
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (Path each : List.of(open, open.resolve("deep/pool"))) {
      assertThatThrownBy(() -> volumes().create(each, marker("a"), account))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("can write in " + open.toRealPath());
      assertThat(each.resolve(marker("a").volume())).doesNotExist();
    }
  }

  private static int uid(Path path) throws Exception {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }

  @Test
  void aMarkerWithoutItsDirectoryIsCompletedAndDestroyed() throws Exception {
    Volume volume = volumes().create(pool, marker("a"), account);
    Files.delete(volume.directory());
    assertThat(volumes().inventory(pool).volumes()).containsExactly(volume);
    assertThat(volumes().create(pool, marker("a"), account)).isEqualTo(volume);
    assertThat(volume.directory()).isDirectory();
    Files.delete(volume.directory());
    volumes().destroy(pool, marker("a").volume());
    assertThat(volumes().inventory(pool).volumes()).isEmpty();
  }

  @Test
  void aDestructionThatWasInterruptedNeverLooksReadyAndIsCompleted() throws Exception {
    Volume volume = volumes().create(pool, marker("a"), account);
    volumes().mark(pool, marker("a").with(VolumeMarker.Phase.READY));
    // An immutable child stops the removal half-way, as a crash would.
    Path stuck = Files.createDirectories(volume.directory().resolve("data/stuck"));
    assumeThat(chattr("+i", stuck)).as("the file system knows chattr +i").isTrue();
    assertThatThrownBy(() -> volumes().destroy(pool, marker("a").volume()))
        .isInstanceOf(HostUnavailable.class);
    assertThat(volumes().inventory(pool).volumes().getFirst().marker().phase())
        .isEqualTo(VolumeMarker.Phase.BUILDING);
    Path doomed = pool.resolve("." + marker("a").volume() + ".destroyed/data/stuck");
    assertThat(chattr("-i", Files.exists(doomed) ? doomed : stuck)).isTrue();
    volumes().destroy(pool, marker("a").volume());
    assertThat(volumes().inventory(pool).volumes()).isEmpty();
    assertThat(doomed).doesNotExist();
  }

  @Test
  void aMarkerOfANewerFormatHidesOnlyItsOwnVolume() throws Exception {
    Pools pools = pools(pool);
    volumes().create(pool, own(pools, pool, "a"), account);
    Volume b = volumes().create(pool, own(pools, pool, "b"), account);
    Path file = pool.resolve("meta/" + marker("a").volume() + ".json");
    Files.writeString(
        file, Files.readString(file).replace("\"formatVersion\" : 2", "\"formatVersion\" : 4"));
    assertThat(pools.inventory().volumes()).containsExactly(b);
    assertThat(pools.inventory().find(marker("b").uid(), 1)).contains(b);
    assertThat(pools.inventory().find("00000000-another", 1)).isEmpty();
    assertThatThrownBy(() -> pools.inventory().find(marker("a").uid(), 1))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("format 4");
  }

  @Test
  void manyMayProbeOnePoolAtOnce() throws Exception {
    List<Callable<Boolean>> probes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      probes.add(
          () -> {
            volumes().probe(pool, account);
            return true;
          });
    }
    try (var executor = Executors.newFixedThreadPool(6)) {
      for (var probe : executor.invokeAll(probes)) {
        assertThat(probe.get()).isTrue();
      }
    }
    try (var left = Files.list(pool)) {
      assertThat(left).containsExactly(pool.resolve("meta"));
    }
  }

  @Test
  void whatAProbeOfAKilledPgletHasLeftIsRemovedByALaterOne() throws Exception {
    volumes().probe(pool, account);
    Path left = Files.createDirectory(pool.resolve(".probe-1"));
    Files.writeString(left.resolve("run"), "exit");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    Path another = Files.createDirectory(pool.resolve(".probe-2"));

    volumes().probe(pool, account);

    assertThat(left).doesNotExist();
    assertThat(another).isDirectory();
  }

  @Test
  void anUnreadableMarkerHidesNeitherTheOthersNorIsItsVolumeTouched() throws Exception {
    Volume a = volumes().create(pool, marker("a"), account);
    Volume b = volumes().create(pool, marker("b"), account);
    Path file = pool.resolve("meta/" + marker("a").volume() + ".json");
    Files.writeString(file, "{\"formatVersion\": 1, \"vol");
    assertThat(volumes().inventory(pool).volumes()).containsExactly(b);
    for (String act : List.of("create", "destroy")) {
      assertThatThrownBy(
              () -> {
                if (act.equals("create")) {
                  volumes().create(pool, marker("a"), account);
                } else {
                  volumes().destroy(pool, marker("a").volume());
                }
              })
          .isInstanceOf(Refused.class)
          .hasMessageContaining(file.toString());
    }
    assertThat(a.directory()).isDirectory();
    assertThat(file).exists();
  }

  @Test
  void anIdThatLeavesThePoolIsRefused() {
    assertThatThrownBy(() -> volumes().destroy(pool, "../etc"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCopyStopsInTheMiddleOfALargeFile() throws Exception {
    Path source = tree();
    Volume volume = volumes().create(pool, marker("a"), account);
    AtomicBoolean cancelled = new AtomicBoolean();
    AtomicLong copied = new AtomicLong();
    CopyRequest request =
        new CopyRequest(
            source,
            volume.data(),
            Set.of(),
            account,
            bytes -> {
              copied.set(bytes);
              cancelled.set(true);
            },
            cancelled::get);
    assertThatThrownBy(() -> volumes().copyTree(request)).hasMessageContaining("cancelled");
    assertThat(copied.get()).isLessThan(20 << 20);
  }

  @Test
  void aFullFileSystemSaysHowMuchIsMissing() throws Exception {
    Path tiny = mount("size=4m");
    try {
      Path source = tree();
      Volume volume = volumes().create(tiny.resolve("pool"), marker("a"), account);
      assertThatThrownBy(() -> volumes().copyTree(request(source, volume.data())))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining(Long.toString((20 << 20) + 3 + 9 + 3))
          .hasMessageContaining("are free");
    } finally {
      unmount(tiny);
    }
  }

  @Test
  void aFileSystemThatFillsUpDuringTheCopyGetsItsSpaceBack() throws Exception {
    Path tiny = mount("size=30m");
    try {
      Path source = tree();
      Volume volume = volumes().create(tiny.resolve("pool"), marker("a"), account);
      Path rival = tiny.resolve("rival");
      AtomicBoolean grown = new AtomicBoolean();
      CopyRequest request =
          new CopyRequest(
              source,
              volume.data(),
              Set.of(),
              account,
              bytes -> {
                if (!grown.getAndSet(true)) {
                  fill(rival, 19 << 20);
                }
              },
              () -> false);
      assertThatThrownBy(() -> volumes().copyTree(request))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("are free");
      assertThat(volume.data()).doesNotExist();
    } finally {
      unmount(tiny);
    }
  }

  @Test
  void aNoexecFileSystemIsNamed() throws Exception {
    Path place = mount("size=4m,noexec");
    try {
      assertThatThrownBy(() -> volumes().probe(place.resolve("pool"), account))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("noexec")
          .hasMessageContaining(place.toString());
    } finally {
      unmount(place);
    }
  }

  @Test
  void aReadOnlyFileSystemIsNamed() throws Exception {
    Path place = mount("size=4m,ro");
    try {
      assertThatThrownBy(() -> volumes().probe(place.resolve("pool"), account))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("Read-only")
          .hasMessageContaining(place.toString());
    } finally {
      unmount(place);
    }
  }

  @Test
  void aClosedHomeAboveThePoolIsNamed() throws Exception {
    assumeThat(account.switching()).as("only root has another account's servers").isTrue();
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(() -> volumes().probe(home.resolve("pglet/volumes"), account))
        .isInstanceOfSatisfying(
            HostUnavailable.class,
            e -> assertThat(e.explain()).contains(home.toString(), "--data-root", "nobody"));
  }

  @Test
  void aPoolThatIsMissingHidesNoOtherAndIsNotTakenForEmpty() throws Exception {
    Path other = directory.resolve("other");
    Pools pools = pools(pool, other, pool);
    Volume a = volumes().create(pool, own(pools, pool, "a"), account);
    Volume b = volumes().create(other, own(pools, other, "b"), account);
    Pools afterRestart = new Pools(directory.resolve("pools"), volumes(), _ -> false);
    assertThat(afterRestart.inventory().volumes()).containsExactlyInAnyOrder(a, b);
    assertThat(afterRestart.inventory().unreadable()).isEmpty();
    Files.move(other, directory.resolve("unplugged"));
    assertThat(afterRestart.inventory().volumes()).containsExactly(a);
    assertThat(afterRestart.inventory().find(marker("a").uid(), 1)).contains(a);
    assertThatThrownBy(() -> afterRestart.inventory().find(marker("b").uid(), 1))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(other.toString());
  }

  @Test
  void aDamagedFileOfAPoolHidesNoOther() throws Exception {
    Pools pools = pools(pool);
    Volume a = volumes().create(pool, own(pools, pool, "a"), account);
    Path damaged = directory.resolve("pools/0123456789abcdef.json");
    for (String text : List.of("{\"formatVersion\": 1, \"po", "{\"formatVersion\": 3}")) {
      Files.writeString(damaged, text);
      assertThat(pools.inventory().volumes()).containsExactly(a);
      assertThatThrownBy(() -> pools.inventory().find(marker("b").uid(), 1))
          .isInstanceOf(ReconcileException.class)
          .hasMessageContaining(damaged.toString());
    }
  }

  private Pools pools(Path... places) throws Exception {
    Pools pools = new Pools(directory.resolve("pools"), volumes(), _ -> false);
    for (Path place : places) {
      pools.remember(place);
      volumes().probe(place, account);
    }
    return pools;
  }

  /** The marker of a volume of the data root that these are the pools of. */
  private VolumeMarker own(Pools pools, Path pool, String name) throws Exception {
    return marker(name).withDataRoot(pools.remember(pool));
  }

  private CopyRequest request(Path source, Path target) {
    return new CopyRequest(source, target, Set.of(), account, n -> {}, () -> false);
  }

  private static void fill(Path file, int bytes) {
    try {
      Files.write(file, new byte[bytes]);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path mount(String options) throws Exception {
    Path place = Files.createDirectory(directory.resolve("mount"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", options + ",mode=755", "none", place.toString()))
        .as("may mount a tmpfs")
        .isTrue();
    return place;
  }

  private static void unmount(Path place) throws Exception {
    assertThat(run("umount", place.toString())).isTrue();
  }

  private static boolean chattr(String flag, Path path) throws Exception {
    return run("chattr", flag, path.toString());
  }

  private static boolean run(String... command) throws Exception {
    var invocation =
        dev.pglet.host.command.CommandRunner.Invocation.of(
            java.time.Duration.ofSeconds(10), command);
    return new LocalCommands().run(invocation).exitCode() == 0;
  }
}
