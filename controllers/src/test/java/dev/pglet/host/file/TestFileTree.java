package dev.pglet.host.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFileTree {
  private static final List<String> LITTLE_UNWRITTEN =
      List.of("MemTotal: 24105 kB", "Dirty:      4096 kB", "Writeback:      0 kB");

  @TempDir Path directory;

  @Test
  void syncsAWholeTreeWhereverItLies() throws IOException {
    Path file = Files.createDirectories(directory.resolve("tree/below")).resolve("file");
    Files.writeString(file, "text");
    // Not followed: what it leads to is not of the tree.
    Files.createSymbolicLink(directory.resolve("tree/link"), directory.resolve("nowhere"));

    FileTree.sync(directory.resolve("tree"));
    FileTree.syncEach(directory.resolve("tree"));

    assertThat(file).hasContent("text");
  }

  @Test
  void doesNotTakeATreeThatIsNotThereForSynced() {
    assertThatThrownBy(() -> FileTree.sync(directory.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> FileTree.syncEach(directory.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
  }

  @Test
  void syncsTheFileSystemAtOnceWhereThatIsAsGoodAsEachFile() {
    assertThat(FileSystemSync.suits("6.18.44-generic", "ext4", LITTLE_UNWRITTEN)).isTrue();
    assertThat(FileSystemSync.suits("5.8.0", "xfs", LITTLE_UNWRITTEN)).isTrue();
  }

  @Test
  void syncsFileByFileWhereTheFileSystemMayPromiseLess() {
    assertThat(FileSystemSync.suits("6.18.44", "fuseblk", LITTLE_UNWRITTEN)).isFalse();
    assertThat(FileSystemSync.suits("6.18.44", "nfs4", LITTLE_UNWRITTEN)).isFalse();
    assertThat(FileSystemSync.suits("6.18.44", "overlay", LITTLE_UNWRITTEN)).isFalse();
  }

  @Test
  void syncsFileByFileWhereTheKernelWouldHideAnErrorOfTheDisk() {
    assertThat(FileSystemSync.suits("5.7.19", "ext4", LITTLE_UNWRITTEN)).isFalse();
    assertThat(FileSystemSync.suits("4.18.0-553.el8", "ext4", LITTLE_UNWRITTEN)).isFalse();
    assertThat(FileSystemSync.suits("unknown", "ext4", LITTLE_UNWRITTEN)).isFalse();
  }

  @Test
  void syncsFileByFileRatherThanWaitForGigabytesOfOthers() {
    assertThat(
            FileSystemSync.suits(
                "6.18.44", "ext4", List.of("Dirty:   200000 kB", "Writeback:   100000 kB")))
        .isFalse();
    assertThat(FileSystemSync.suits("6.18.44", "ext4", List.of("MemTotal: 1 kB"))).isFalse();
  }
}
