package dev.pglet.it;

import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.testing.CrashPoint;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;

/** Real sessions whose statements that change something pass by a crash point. */
record CrashingConnections(Connections connections, CrashPoint point) implements Connections {
  private static final Pattern CHANGE =
      Pattern.compile("\\s*((?:ALTER|CREATE|DROP) \\w+) .*", Pattern.DOTALL);

  @Override
  public Connection open(Path socketDirectory, int port, String database) throws SQLException {
    point.live();
    return passing(Connection.class, connections.open(socketDirectory, port, database));
  }

  private <T> T passing(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              String change = change(method.getName(), arguments);
              if (!change.isEmpty()) {
                point.reach("before " + change);
              }
              Object result;
              try {
                result = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (!change.isEmpty()) {
                point.reach("after " + change);
              }
              return switch (result) {
                case PGConnection session -> passing(PGConnection.class, session);
                case Statement statement when method.getReturnType() == Statement.class ->
                    passing(Statement.class, statement);
                case null, default -> result;
              };
            }));
  }

  /** What a call changes; empty for one that asks, or only begins something. */
  private static String change(String method, Object[] arguments) {
    if (method.equals("alterUserPassword")) {
      return "setting a password";
    }
    if (!method.startsWith("execute") || arguments == null || arguments.length == 0) {
      return "";
    }
    Matcher matcher = CHANGE.matcher(String.valueOf(arguments[0]));
    return matcher.matches() ? matcher.group(1) : "";
  }
}
