package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPidFile {
  @TempDir Path data;

  @Test
  void theSocketIsWhereTheServerSaysAlsoWhenThatIsGone() throws Exception {
    Path sockets = Files.createDirectory(data.resolve("sockets"));
    write(sockets.toString());
    assertThat(PidFile.read(data).orElseThrow().socketDirectory()).contains(sockets);
    Files.delete(sockets);
    assertThat(PidFile.read(data).orElseThrow().socketDirectory()).contains(sockets);
    assertThat(PidFile.read(data).orElseThrow().socketGone()).isTrue();
  }

  @Test
  void aSocketDirectoryOfAnotherAccountIsNotBelieved() throws Exception {
    assumeTrue(Files.getAttribute(data, "unix:uid").equals(0), "only root can give files away");
    Path sockets = Files.createDirectory(data.resolve("sockets"));
    Files.setAttribute(sockets, "unix:uid", 65534);
    write(sockets.toString());
    PidFile read = PidFile.read(data).orElseThrow();
    assertThat(read.socketDirectory()).isEmpty();
    assertThat(read.port()).isEqualTo(5433);
  }

  @Test
  void whatIsNoPathIsNoPidFile() throws Exception {
    write("a\0b");
    assertThat(PidFile.read(data)).isEmpty();
  }

  private void write(String socketDirectory) throws Exception {
    Files.writeString(
        data.resolve("postmaster.pid"),
        "4711\n/data\n1700000000\n5433\n" + socketDirectory + "\n127.0.0.1\n1 2\nready\n");
  }
}
