package dev.pglet.host.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done around initdb, which is a stranger's here. */
@Timeout(60)
final class TestClusterInit {
  private RealPostgres real;
  private Path volume;

  @BeforeEach
  void open() throws Exception {
    real = new RealPostgres();
    volume = real.volume("v");
  }

  @AfterEach
  void close() throws Exception {
    real.close();
  }

  @Test
  void theVolumeIsOpenWhileInitdbWritesSoThatNoErrorOfTheDiskIsMissed() throws Exception {
    List<Path> openMeanwhile = new ArrayList<>();
    initialize(staged -> openMeanwhile.addAll(opened()));
    assertThat(openMeanwhile).contains(volume.toRealPath());
    assertThat(opened()).doesNotContain(volume.toRealPath());
  }

  @Test
  void theClusterIsTheAccountsAndClosedToOthersAndNoPipeInItIsWaitedFor() throws Exception {
    initialize(
        staged -> {
          Files.writeString(staged.resolve("PG_VERSION"), "15");
          run("mkfifo", staged.resolve("pipe").toString());
          Files.createSymbolicLink(staged.resolve("link"), Path.of("/proc/kmsg"));
        });
    Path data = volume.resolve("data");
    assertThat(data.resolve("PG_VERSION")).hasContent("15");
    assertThat(Files.getAttribute(data, "unix:uid", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(real.account.uid());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(volume)) {
      assertThat(entries).containsExactly(data);
    }
  }

  private interface Initdb {
    void writeInto(Path staged) throws IOException;
  }

  private void initialize(Initdb initdb) throws Exception {
    CommandRunner commands =
        invocation -> {
          try {
            initdb.writeInto(staged(invocation));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return new Result(0, "", "");
        };
    new ClusterInit(commands, Optional.empty())
        .initialize(real.initRequest(RealPostgres.system(), volume));
  }

  private static Path staged(Invocation invocation) {
    List<String> arguments = invocation.arguments();
    return Path.of(arguments.get(arguments.indexOf("-D") + 1));
  }

  private static List<Path> opened() throws IOException {
    List<Path> opened = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          opened.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException e) {
          // Another thread has just closed it.
        }
      }
    }
    return opened;
  }

  private static void run(String... command) throws IOException {
    try {
      assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
