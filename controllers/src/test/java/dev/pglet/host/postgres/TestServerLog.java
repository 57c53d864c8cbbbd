package dev.pglet.host.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestServerLog {
  @TempDir private Path directory;

  @Test
  void whyAPortCannotBeHadIsInTheServersLastWords() throws Exception {
    Path file = directory.resolve("server.log");
    Files.writeString(file, "2026-01-01 [7] FATAL:  of an earlier start\n");
    ServerLog log = ServerLog.from(file, Optional.empty());
    Files.writeString(
        file,
        """
        2026-01-01 [8] LOG:  starting PostgreSQL 17.6
        2026-01-01 [8] LOG:  could not bind IPv4 address "127.0.0.1": Permission denied
        2026-01-01 [8] WARNING:  could not create listen socket for "127.0.0.1"
        2026-01-01 [8] FATAL:  could not create any TCP/IP sockets
        2026-01-01 [8] LOG:  database system is shut down
        """,
        StandardOpenOption.APPEND);

    assertThat(log.lastWords())
        .contains("Permission denied", "could not create any TCP/IP sockets")
        .doesNotContain("an earlier start", "starting PostgreSQL");
  }
}
