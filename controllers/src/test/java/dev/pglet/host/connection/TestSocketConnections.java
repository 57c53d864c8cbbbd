package dev.pglet.host.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.postgres.RealPostgres;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

class TestSocketConnections {
  private static final int PORT = 17003;

  @SuppressWarnings("NullAway.Init")
  private static RealPostgres real;

  @BeforeAll
  static void start() throws Exception {
    real = new RealPostgres();
    Path data = real.cluster(RealPostgres.system(), "a");
    real.start(RealPostgres.system(), data, PORT);
  }

  @AfterAll
  static void stop() throws Exception {
    real.close();
  }

  @Test
  void aSessionIsTheSuperusersWithAPinnedSearchPath() throws Exception {
    try (Connection session = real.connect(PORT)) {
      assertThat(session.getAutoCommit()).isTrue();
    }
    assertThat(real.query(PORT, "select session_user")).isEqualTo("postgres");
    assertThat(real.query(PORT, "show search_path")).isEqualTo("pg_catalog,pg_temp");
    assertThat(real.query(PORT, "show application_name")).isEqualTo("pglet");
    assertThat(real.query(PORT, "show statement_timeout")).isEqualTo("30s");
  }

  @Test
  void aLinkToTheSocketOfAnotherAccountIsNotTalkedTo(@TempDir Path directory) throws Exception {
    assumeTrue(new HostAccounts().self().uid() == 0, "only root meets sockets of others");
    Files.createSymbolicLink(
        directory.resolve(".s.PGSQL." + PORT), real.root.resolve("s/.s.PGSQL." + PORT));
    SocketConnections connections = new SocketConnections();
    assertThatThrownBy(() -> connections.open(directory, PORT, "postgres"))
        .isInstanceOf(SQLException.class)
        .rootCause()
        .hasMessageContaining("the directory belongs to root");
  }

  @Test
  void aSessionIsInTheDatabaseThatWasAskedFor() throws Exception {
    try (Connection session = real.connect(PORT);
        Statement statement = session.createStatement()) {
      statement.execute("create database \"a b/c?d\"");
    }
    try (Connection session = real.connect(PORT, "a b/c?d");
        Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery("select current_database()")) {
      row.next();
      assertThat(row.getString(1)).isEqualTo("a b/c?d");
    }
  }

  @Test
  void copiesMoreThanAnyBufferHoldsBothWays() throws Exception {
    String rows = "0123456789abcdef0123456789abcdef\n".repeat(300_000);
    byte[] bytes = rows.getBytes(StandardCharsets.US_ASCII);
    try (Connection session = real.connect(PORT);
        Statement statement = session.createStatement()) {
      statement.execute("create temp table t (line text)");
      var copy = session.unwrap(PGConnection.class).getCopyAPI();
      assertThat(copy.copyIn("copy t from stdin", new ByteArrayInputStream(bytes)))
          .isEqualTo(300_000);
      long[] received = new long[1];
      copy.copyOut("copy t to stdout", counting(received));
      assertThat(received[0]).isEqualTo(bytes.length);
    }
  }

  @Test
  void aReadTimesOutAndTheSessionIsThenClosed() throws Exception {
    try (Connection session = real.connect(PORT);
        Statement statement = session.createStatement()) {
      session.setNetworkTimeout(Runnable::run, 200);
      assertThatThrownBy(() -> statement.execute("select pg_sleep(30)"))
          .isInstanceOf(SQLException.class)
          .hasRootCauseInstanceOf(java.net.SocketTimeoutException.class);
      assertThat(session.isClosed()).isTrue();
    }
  }

  @Test
  void aStatementIsCancelledThroughTheSocketToo() throws Exception {
    try (Connection session = real.connect(PORT);
        Statement statement = session.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.execute("select pg_sleep(30)"))
          .hasMessageContaining("canceling statement");
      statement.setQueryTimeout(0);
      assertThat(statement.execute("select 1")).isTrue();
    }
  }

  @Test
  void aSilentNotificationWaitsAsLongAsItWasTold() throws Exception {
    try (Connection session = real.connect(PORT);
        Statement statement = session.createStatement()) {
      statement.execute("listen news");
      PGConnection notified = session.unwrap(PGConnection.class);
      assertThat(notified.getNotifications(50)).isEmpty();
      statement.execute("notify news, 'hello'");
      assertThat(notified.getNotifications(5000)).hasSize(1);
    }
  }

  @Test
  void aSocketThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> real.connect(17999))
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining(".s.PGSQL.17999");
  }

  private static OutputStream counting(long[] received) {
    return new OutputStream() {
      @Override
      public void write(int value) {
        received[0]++;
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        received[0] += length;
      }
    };
  }
}
