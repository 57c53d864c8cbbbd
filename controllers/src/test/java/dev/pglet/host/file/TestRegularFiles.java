package dev.pglet.host.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    assertThatThrownBy(() -> RegularFiles.copy(link, copy))
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
    Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rw-r-----"));
    Path to = Files.createSymbolicLink(directory.resolve("to"), secret);
    RegularFiles.copy(from, to);
    assertThat(secret).content().isEqualTo("secret");
    assertThat(to).content().isEqualTo("new");
    assertThat(Files.isSymbolicLink(to)).isFalse();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
        .isEqualTo("rw-r-----");
  }
}
