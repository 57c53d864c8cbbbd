package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was a manifest when it was listed may be anything when it is opened. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TestRegularFile {
  @TempDir private Path directory;

  private void assertNone(Path path) {
    assertThatThrownBy(() -> RegularFile.read(path)).isInstanceOf(NoSuchFileException.class);
  }

  private static long openFiles() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  @Test
  void aFileIsReadWholeOrItsBeginning() throws Exception {
    Path file = Files.writeString(directory.resolve("häßlich 🙂.yaml"), "kind: Toy\n");

    assertThat(RegularFile.read(file)).asString().isEqualTo("kind: Toy\n");
    assertThat(RegularFile.read(file, 4)).asString().isEqualTo("kind");
    long before = openFiles();
    for (int i = 0; i < 100; i++) {
      RegularFile.read(file);
    }
    assertThat(openFiles()).as("every file is closed again").isLessThan(before + 50);
  }

  @Test
  void nobodyWaitsForAPipe() throws Exception {
    Path pipe = directory.resolve("a.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertNone(pipe);
  }

  @Test
  void nothingElseIsRead() throws Exception {
    assertNone(directory.resolve("absent"));
    assertNone(directory);
    assertNone(Path.of("/dev/zero"));
    assertNone(Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/hostname")));
    Path socket = directory.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertNone(socket);
    }
  }

  @Test
  void aFileThatMayNotBeReadIsNotAbsent() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "x");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "root reads everything");

    assertThatThrownBy(() -> RegularFile.read(file)).isInstanceOf(AccessDeniedException.class);
  }
}
