package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.testing.LoopFileSystem;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The driver on a real XFS. */
final class TestReflinkVolumes extends VolumeContract {
  private static LoopFileSystem disk;

  @BeforeAll
  static void makeFileSystem() throws Exception {
    assumeTrue(LoopFileSystem.possible("xfs"), "no xfs can be mounted here");
    disk = LoopFileSystem.make("xfs", "1G");
  }

  @AfterAll
  static void removeFileSystem() throws Exception {
    if (disk != null) {
      disk.close();
    }
  }

  @Override
  protected Volumes volumes() {
    return new LocalVolumes(new LocalCommands());
  }

  @Override
  protected String driver() {
    return "reflink";
  }

  @Override
  protected Path base() {
    return disk.top();
  }

  @Test
  void autoChoosesItAndBtrfsIsRefusedWithTheReason() throws Exception {
    assertThat(volumes().choose(pool, "auto", account)).isEqualTo("reflink");
    assertThatThrownBy(() -> volumes().choose(pool, "btrfs", account))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(pool + ": it is not on btrfs");
  }

  @Test
  void aCopySharesItsBlocksAndOneFromAnotherFileSystemCannot() throws Exception {
    Volume a = filled("a");
    assertThat(volumes().shares(a.data(), a.directory().resolve("other"))).isTrue();
    assertThat(volumes().shares(temporary, a.directory().resolve("other"))).isFalse();
    assertThat(volumes().copiesAtOnce(a.data(), a.directory().resolve("other"))).isFalse();
    sync();
    long before = pool.toFile().getUsableSpace();
    for (int i = 0; i < 10; i++) {
      Volume copy = volumes().create(pool, marker("" + i), account);
      volumes().copyTree(CopyRequest.whole(a.data(), copy.data(), account));
    }
    sync();
    // Ten times 20 MiB.
    assertThat(before - pool.toFile().getUsableSpace()).isLessThan(20L << 20);
  }

  private void sync() throws Exception {
    assertThat(new ProcessBuilder("sync", "-f", pool.toString()).start().waitFor()).isZero();
  }

  @Test
  void aFullDiskSaysWhatIsMissingAndLeavesNothing() throws Exception {
    Volume a = filled("a");
    Path filler = directory.resolve("filler");
    try {
      long free = pool.toFile().getUsableSpace();
      assertThat(
              new ProcessBuilder(
                      "fallocate", "-l", Long.toString(free - (32L << 20)), filler.toString())
                  .start()
                  .waitFor())
          .isZero();
      Volume b = volumes().create(pool, marker("b"), account);
      assertThatThrownBy(() -> volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account)))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("needs 67108864 bytes");
    } finally {
      Files.deleteIfExists(filler);
    }
  }
}
