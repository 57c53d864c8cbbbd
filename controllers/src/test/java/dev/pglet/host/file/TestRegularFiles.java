package dev.pglet.host.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TestRegularFiles {
  @TempDir Path directory;
  private Path secret = Path.of("/");

  @BeforeEach
  void write() throws Exception {
    secret = Files.writeString(directory.resolve("secret"), "secret");
  }

  @Test
  void aLinkIsNeitherReadNorCopied() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), secret);
    Path copy = directory.resolve("copy");
    assertThatThrownBy(() -> RegularFiles.copy(directory, Path.of("link"), copy))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(link + ": is a symbolic link");
    assertThat(copy).doesNotExist();
    assertThatThrownBy(() -> RegularFiles.open(link)).hasMessageContaining(link.toString());
  }

  @Test
  @Timeout(30)
  void aPipeIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> RegularFiles.open(pipe)).hasMessageContaining("no regular file");
  }

  @Test
  void aCopyReplacesALinkAndNotWhatItLeadsTo() throws Exception {
    Path from = Files.writeString(directory.resolve("from"), "new");
    Path to = Files.createSymbolicLink(directory.resolve("to"), secret);
    RegularFiles.copy(directory, from.getFileName(), to);
    assertThat(secret).content().isEqualTo("secret");
    assertThat(to).content().isEqualTo("new");
    assertThat(Files.isSymbolicLink(to)).isFalse();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
        .isEqualTo("rw-------");
  }

  @Test
  void aLinkAnywhereBelowTheRootIsNotFollowed() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.createSymbolicLink(root.resolve("base"), directory);
    assertThatThrownBy(() -> RegularFiles.read(root, "base/secret", 100))
        .hasMessageContaining(root.resolve("base") + ": is no directory, and a link");
  }

  @Test
  void aLongerFileThanAskedForIsRefused() throws Exception {
    assertThat(RegularFiles.text(directory, "secret", 6)).isEqualTo("secret");
    assertThatThrownBy(() -> RegularFiles.read(directory, "secret", 5))
        .hasMessageContaining("is longer than 5 bytes");
  }

  @Test
  void aSecondNameOfSomebodyElsesFileIsNotRead() throws Exception {
    assumeTrue(Files.getAttribute(secret, "unix:uid").equals(0), "only root can give files away");
    Path theirs = Files.createDirectory(directory.resolve("theirs"));
    Files.createLink(theirs.resolve("name"), secret);
    Files.setAttribute(theirs, "unix:uid", 65534);
    assertThatThrownBy(() -> RegularFiles.read(theirs, "name", 100))
        .hasMessageContaining("belongs to uid 0 and its directory to uid 65534");
  }

  @Test
  void aTreeWithNamesThatAreNoTextIsRemoved() throws Exception {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    String script =
        "cd \"$1\" && d=$(printf 'd\\377') && mkdir \"$d\" && echo x > \"$d/\\303\\244 %41\"";
    Process made = new ProcessBuilder("sh", "-c", script, "sh", tree.toString()).start();
    assertThat(made.waitFor()).isZero();
    assertThat(FileTree.size(tree)).isEqualTo(2);
    FileTree.delete(tree);
    assertThat(tree).doesNotExist();
  }

  @Test
  void aTreeThatIsTooDeepIsLeftAndSaidToBe() throws Exception {
    Path tree = directory.resolve("deep");
    Files.createDirectories(tree.resolve("d/".repeat(100)));
    assertThatThrownBy(() -> FileTree.delete(tree))
        .hasMessageContaining("lies more than 64 directories deep");
  }
}
