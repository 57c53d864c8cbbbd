package dev.pglet.host.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TestTreeSync {
  private static final List<String> LITTLE_UNWRITTEN =
      List.of("MemTotal: 24105 kB", "Dirty:      4096 kB", "Writeback:      0 kB");

  /** Asks the system for it, and says what for. */
  private static final class Recorded implements TreeSync.Syncs {
    final List<String> synced = Collections.synchronizedList(new ArrayList<>());
    private final boolean wholly;

    Recorded(boolean wholly) {
      this.wholly = wholly;
    }

    @Override
    public boolean fileSystem(OpenDirectory directory) throws IOException {
      if (!wholly) {
        return false;
      }
      synced.add("all of " + directory.path().getFileName());
      return directory.syncFileSystem();
    }

    @Override
    public void file(FileChannel file, Path path) throws IOException {
      synced.add(path.getFileName().toString());
      OF_SYSTEM.file(file, path);
    }

    @Override
    public void directory(OpenDirectory directory) throws IOException {
      synced.add(directory.path().getFileName() + "/");
      OF_SYSTEM.directory(directory);
    }
  }

  @TempDir Path temporary;
  private Path above = Path.of("/");
  private Path tree = Path.of("/");
  private Path file = Path.of("/");

  @BeforeEach
  void prepare() throws IOException {
    above = Files.createDirectory(temporary.resolve("above"));
    tree = above.resolve("tree");
    file = tree.resolve("below/file");
  }

  @Test
  void syncsEveryFileThenEveryDirectoryThenTheNameOfTheTree() throws IOException {
    Recorded recorded = new Recorded(false);
    try (TreeSync writing = TreeSync.begin(above, recorded)) {
      makeTree();
      writing.complete(tree);
    }
    assertThat(recorded.synced.subList(0, 2)).containsExactlyInAnyOrder("file", "top");
    assertThat(recorded.synced.subList(2, 4)).containsExactlyInAnyOrder("below/", "empty/");
    assertThat(recorded.synced.subList(4, recorded.synced.size()))
        .containsExactly("tree/", "above/");
  }

  @Test
  void syncsTheFileSystemThroughWhatWasOpenedBeforeTheWriting() throws IOException {
    Recorded recorded = new Recorded(true);
    try (TreeSync writing = TreeSync.begin(above, recorded)) {
      makeTree();
      Path moved = Files.move(above, temporary.resolve("moved"));
      // An opening of now would find nothing there, or something else.
      Files.createSymbolicLink(above, moved.resolve("nowhere"));
      writing.complete(tree);
    }
    assertThat(recorded.synced).containsExactly("all of above", "above/");
  }

  @Test
  void leavesNothingThatIsOnlyInMemory() throws IOException {
    for (TreeSync.Syncs syncs : List.of(TreeSync.Syncs.OF_SYSTEM, new Recorded(false))) {
      try (TreeSync writing = TreeSync.begin(above, syncs)) {
        makeTree();
        Optional<Long> unwritten = UnwrittenPages.of(file);
        assumeTrue(unwritten.isPresent(), "the kernel does not tell what is unwritten");
        assertThat(unwritten).hasValueSatisfying(pages -> assertThat(pages).isPositive());
        writing.complete(tree);
        assumeTrue(!Files.getFileStore(tree).type().equals("tmpfs"), "it is memory");
        assertThat(UnwrittenPages.of(file)).hasValue(0L);
      }
      FileTree.delete(tree);
    }
  }

  @Test
  void waitsForNoPipeAndFollowsNoLink() throws Exception {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "text");
    Recorded recorded = new Recorded(false);
    try (TreeSync writing = TreeSync.begin(above, recorded)) {
      makeTree();
      Files.createSymbolicLink(tree.resolve("directory-link"), outside);
      Files.createSymbolicLink(tree.resolve("file-link"), outside.resolve("secret"));
      assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString()).start().waitFor())
          .isZero();
      writing.complete(tree);
    }
    assertThat(recorded.synced)
        .contains("file")
        .doesNotContain("secret", "outside/", "pipe", "file-link", "directory-link");
  }

  @Test
  void doesNotTakeATreeThatIsNotThereForSynced() throws IOException {
    assertThatThrownBy(() -> TreeSync.begin(temporary.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
    Files.createSymbolicLink(above.resolve("link"), temporary);
    try (TreeSync writing = TreeSync.begin(above)) {
      assertThatThrownBy(() -> writing.complete(above.resolve("missing")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("missing");
      assertThatThrownBy(() -> writing.complete(above.resolve("link")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("link");
      assertThatThrownBy(() -> writing.complete(temporary.resolve("elsewhere")))
          .hasMessageContaining("does not lie in " + above);
    }
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
  void syncsFileByFileWhereTheFileSystemIsNotKnown() {
    // As in a chroot whose root is no mount point, the JDK answers with an exception.
    assertThat(FileSystemSync.suits(temporary.resolve("none"))).isFalse();
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

  private void makeTree() throws IOException {
    Files.createDirectories(tree.resolve("empty"));
    Files.createDirectory(tree.resolve("below"));
    Files.writeString(file, "text".repeat(5000));
    Files.writeString(tree.resolve("top"), "text");
  }
}
