package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.volume.VolumeDriver.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TestCopyDriver extends VolumeContract {
  @Override
  protected VolumeDriver driver() {
    return new CopyDriver(new LocalCommands());
  }

  @Test
  void aVolumeBelongsToTheAccountAlone() throws Exception {
    Volume volume = driver().create(pool, marker("a"), account);
    assertThat(Files.getAttribute(volume.directory(), "unix:uid")).isEqualTo(account.uid());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.directory())))
        .isEqualTo("rwx------");
    Path source = tree();
    driver().copyTree(request(source, volume.data()));
    assertThat(Files.getAttribute(volume.data().resolve("base/1/1259"), "unix:uid"))
        .isEqualTo(account.uid());
    assertThat(Files.getAttribute(volume.data(), "unix:gid")).isEqualTo(account.gid());
  }

  @Test
  void aMarkerWithoutItsDirectoryIsCompletedAndDestroyed() throws Exception {
    Volume volume = driver().create(pool, marker("a"), account);
    Files.delete(volume.directory());
    assertThat(driver().inventory(pool)).containsExactly(volume);
    assertThat(driver().create(pool, marker("a"), account)).isEqualTo(volume);
    assertThat(volume.directory()).isDirectory();
    Files.delete(volume.directory());
    driver().destroy(pool, marker("a").volume());
    assertThat(driver().inventory(pool)).isEmpty();
  }

  @Test
  void aDestructionThatWasInterruptedNeverLooksReadyAndIsCompleted() throws Exception {
    Volume volume = driver().create(pool, marker("a"), account);
    driver().mark(pool, marker("a").with(VolumeMarker.Phase.READY));
    // An immutable child stops the removal half-way, as a crash would.
    Path stuck = Files.createDirectories(volume.directory().resolve("data/stuck"));
    assumeThat(chattr("+i", stuck)).as("the file system knows chattr +i").isTrue();
    assertThatThrownBy(() -> driver().destroy(pool, marker("a").volume()))
        .isInstanceOf(HostUnavailable.class);
    assertThat(driver().inventory(pool).getFirst().marker().phase())
        .isEqualTo(VolumeMarker.Phase.BUILDING);
    Path doomed = pool.resolve("." + marker("a").volume() + ".destroyed/data/stuck");
    assertThat(chattr("-i", Files.exists(doomed) ? doomed : stuck)).isTrue();
    driver().destroy(pool, marker("a").volume());
    assertThat(driver().inventory(pool)).isEmpty();
    assertThat(doomed).doesNotExist();
  }

  @Test
  void aMarkerOfANewerFormatIsRefused() throws Exception {
    driver().create(pool, marker("a"), account);
    Path file = pool.resolve("meta/" + marker("a").volume() + ".json");
    Files.writeString(
        file, Files.readString(file).replace("\"formatVersion\" : 1", "\"formatVersion\" : 2"));
    assertThatThrownBy(() -> driver().inventory(pool))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void anUnreadableMarkerHidesNeitherTheOthersNorIsItsVolumeTouched() throws Exception {
    Volume a = driver().create(pool, marker("a"), account);
    Volume b = driver().create(pool, marker("b"), account);
    Path file = pool.resolve("meta/" + marker("a").volume() + ".json");
    Files.writeString(file, "{\"formatVersion\": 1, \"vol");
    assertThat(driver().inventory(pool)).containsExactly(b);
    for (String act : List.of("create", "destroy")) {
      assertThatThrownBy(
              () -> {
                if (act.equals("create")) {
                  driver().create(pool, marker("a"), account);
                } else {
                  driver().destroy(pool, marker("a").volume());
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
    assertThatThrownBy(() -> driver().destroy(pool, "../etc"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCopyStopsInTheMiddleOfALargeFile() throws Exception {
    Path source = tree();
    Volume volume = driver().create(pool, marker("a"), account);
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
    assertThatThrownBy(() -> driver().copyTree(request)).hasMessageContaining("cancelled");
    assertThat(copied.get()).isLessThan(20 << 20);
  }

  @Test
  void aFullFileSystemSaysHowMuchIsMissing() throws Exception {
    Path tiny = mount("size=4m");
    try {
      Path source = tree();
      Volume volume = driver().create(tiny.resolve("pool"), marker("a"), account);
      assertThatThrownBy(() -> driver().copyTree(request(source, volume.data())))
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
      Volume volume = driver().create(tiny.resolve("pool"), marker("a"), account);
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
      assertThatThrownBy(() -> driver().copyTree(request))
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
      assertThatThrownBy(() -> driver().probe(place.resolve("pool"), account))
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
      assertThatThrownBy(() -> driver().probe(place.resolve("pool"), account))
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
    assertThatThrownBy(() -> driver().probe(home.resolve("pglet/volumes"), account))
        .isInstanceOfSatisfying(
            HostUnavailable.class,
            e -> assertThat(e.explain()).contains(home.toString(), "--data-root", "nobody"));
  }

  @Test
  void poolsRememberEveryPlaceAndMissNone() throws Exception {
    Pools pools = new Pools(directory.resolve("pools"), driver());
    Path other = directory.resolve("other");
    for (Path place : List.of(pool, other, pool)) {
      pools.remember(place);
      driver().probe(place, account);
    }
    driver().create(pool, marker("a"), account);
    driver().create(other, marker("b"), account);
    Pools afterRestart = new Pools(directory.resolve("pools"), driver());
    assertThat(afterRestart.all())
        .extracting(v -> v.marker().key().name())
        .containsExactlyInAnyOrder("a", "b");
    Files.move(other, directory.resolve("unplugged"));
    assertThatThrownBy(afterRestart::all)
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(other.toString());
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
