package dev.pglet.exporter;

import dev.pglet.host.postgres.Connections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the metrics of one server: by one session that is kept, and one short session for each of
 * its databases, one at a time, so that nobody is kept from dropping a database. Guarded by its
 * owner: used by one thread at a time.
 */
final class ServerScrape implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerScrape.class);

  /** Tables of more databases than that are nobody's to look at by one scrape. */
  private static final int MOST_DATABASES = 20;

  private static final String DATABASES =
      "SELECT oid, datname FROM pg_database"
          + " WHERE datallowconn AND NOT datistemplate ORDER BY datname";

  private final Connections connections;
  private final Target.Server server;
  private final List<Collector> ofServer;
  private final List<Collector> ofDatabase;
  private @Nullable Connection kept;
  private @Nullable PreparedStatement all;

  /**
   * What was found.
   *
   * @param failed names of collectors that the server did not answer
   */
  record Findings(
      List<Answer> answers,
      List<ServerSetting> settings,
      List<Database> databases,
      TreeSet<String> failed) {}

  record Database(long oid, String name) {}

  ServerScrape(Connections connections, Target.Server server) {
    this.connections = connections;
    this.server = server;
    List<Collector> collectors = Collector.of(server.major());
    this.ofServer = collectors.stream().filter(each -> !each.perDatabase()).toList();
    this.ofDatabase = collectors.stream().filter(Collector::perDatabase).toList();
  }

  Target.Server server() {
    return server;
  }

  /** Everything. A session that has ended is begun anew, once. */
  Findings read() throws SQLException {
    boolean fresh = kept == null;
    try {
      return readNow();
    } catch (SQLException e) {
      close();
      if (fresh) {
        throw e;
      }
      return readNow();
    }
  }

  private Findings readNow() throws SQLException {
    Findings findings =
        new Findings(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new TreeSet<>());
    Connection session = session();
    try {
      together(findings);
    } catch (SQLException e) {
      if (!session.isValid(5)) {
        throw e;
      }
      LOG.atDebug().setCause(e).addKeyValue("port", server.port()).log("asked one by one");
      findings.answers().clear();
      findings.settings().clear();
      findings.databases().clear();
      oneByOne(session, findings);
    }
    inDatabases(findings);
    return findings;
  }

  private Connection session() throws SQLException {
    Connection session = kept;
    if (session == null) {
      session = connections.open(server.socketDirectory(), server.port(), "postgres");
      kept = session;
    }
    return session;
  }

  /** All statements in one round trip; the server keeps them prepared. */
  private void together(Findings findings) throws SQLException {
    PreparedStatement statement = all;
    if (statement == null) {
      statement =
          session()
              .prepareStatement(
                  ofServer.stream().map(Collector::sql).collect(Collectors.joining(";\n"))
                      + ";\n"
                      + ServerSetting.SQL
                      + ";\n"
                      + DATABASES);
      all = statement;
    }
    statement.execute();
    for (Collector collector : ofServer) {
      findings.answers().add(answer(collector, statement.getResultSet()));
      statement.getMoreResults();
    }
    settings(statement.getResultSet(), findings);
    statement.getMoreResults();
    databases(statement.getResultSet(), findings);
  }

  private void oneByOne(Connection session, Findings findings) throws SQLException {
    for (Collector collector : ofServer) {
      one(session, collector, findings).ifPresent(found -> findings.answers().add(found));
    }
    try (Statement statement = session.createStatement()) {
      settings(statement.executeQuery(ServerSetting.SQL), findings);
      databases(statement.executeQuery(DATABASES), findings);
    }
  }

  private Optional<Answer> one(Connection session, Collector collector, Findings findings) {
    try (Statement statement = session.createStatement()) {
      return Optional.of(answer(collector, statement.executeQuery(collector.sql())));
    } catch (SQLException e) {
      LOG.atDebug().setCause(e).addKeyValue("collector", collector.name()).log("not answered");
      findings.failed().add(collector.name());
      return Optional.empty();
    }
  }

  private void inDatabases(Findings findings) {
    List<Answer> answers = ofDatabase.stream().map(Answer::new).toList();
    for (Database database : findings.databases().stream().limit(MOST_DATABASES).toList()) {
      if (database.name().equals("postgres")) {
        continue; // nobody's tables are there
      }
      try (Connection session =
              connections.open(server.socketDirectory(), server.port(), database.name());
          Statement statement = session.createStatement()) {
        statement.execute(
            ofDatabase.stream().map(Collector::sql).collect(Collectors.joining(";\n")));
        for (Answer answer : answers) {
          fill(answer, statement.getResultSet());
          statement.getMoreResults();
        }
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).addKeyValue("database", database.name()).log("not answered");
        ofDatabase.forEach(collector -> findings.failed().add(collector.name()));
      }
    }
    findings.answers().addAll(answers);
  }

  private static Answer answer(Collector collector, ResultSet results) throws SQLException {
    Answer answer = new Answer(collector);
    fill(answer, results);
    return answer;
  }

  private static void fill(Answer answer, ResultSet results) throws SQLException {
    int columns = results.getMetaData().getColumnCount();
    while (results.next()) {
      @Nullable String[] row = new String[columns];
      for (int i = 0; i < columns; i++) {
        row[i] = results.getString(i + 1);
      }
      answer.add(row);
    }
  }

  private static void settings(ResultSet results, Findings findings) throws SQLException {
    while (results.next()) {
      ServerSetting.of(
              results.getString(1),
              results.getString(2),
              results.getString(3),
              results.getString(4),
              results.getString(5))
          .ifPresent(findings.settings()::add);
    }
  }

  private static void databases(ResultSet results, Findings findings) throws SQLException {
    while (results.next()) {
      findings.databases().add(new Database(results.getLong(1), results.getString(2)));
    }
  }

  @Override
  public void close() {
    Connection session = kept;
    kept = null;
    all = null;
    if (session != null) {
      try {
        session.close();
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).log("a session did not close cleanly");
      }
    }
  }
}
