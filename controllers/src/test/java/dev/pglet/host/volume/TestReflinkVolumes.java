package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The driver on a real XFS. */
final class TestReflinkVolumes extends SharingVolumeContract {
  TestReflinkVolumes() {
    super("reflink", "xfs");
  }

  @Test
  void anotherDriverIsRefusedWithTheReason() {
    assertThatThrownBy(() -> volumes().choose(pool, "btrfs", account))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(pool + ": it is not on btrfs");
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
