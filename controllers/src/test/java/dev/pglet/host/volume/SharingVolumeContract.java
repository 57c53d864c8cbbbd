package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.testing.LoopFileSystem;
import dev.pglet.host.volume.Volumes.CopyRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the drivers do that share blocks, each on a real file system of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SharingVolumeContract extends VolumeContract {
  private final String driver;
  private final String type;
  private @Nullable LoopFileSystem disk;

  /**
   * @param type of the file system
   */
  SharingVolumeContract(String driver, String type) {
    this.driver = driver;
    this.type = type;
  }

  @BeforeAll
  void makeFileSystem() throws Exception {
    assumeTrue(LoopFileSystem.possible(type), () -> "no " + type + " can be mounted here");
    disk = LoopFileSystem.make(type, "1G");
  }

  @AfterAll
  void removeFileSystem() throws Exception {
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
    return driver;
  }

  @Override
  protected Path base() {
    if (disk == null) {
      throw new IllegalStateException("no file system was made");
    }
    return disk.top();
  }

  @Test
  void autoChoosesIt() throws Exception {
    assertThat(volumes().choose(pool, "auto", account)).isEqualTo(driver);
  }

  @Test
  void aCopySharesItsBlocksAndOneFromAnotherFileSystemCannot() throws Exception {
    Volume a = filled("a");
    Path other = a.beside().resolve("other");
    assertThat(volumes().shares(a.data(), other)).isTrue();
    assertThat(volumes().shares(temporary, other)).isFalse();
    assertThat(volumes().copiesAtOnce(a.data(), other)).isEqualTo(driver.equals("btrfs"));
    assertThat(volumes().copiesAtOnce(temporary, other)).isFalse();
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
}
