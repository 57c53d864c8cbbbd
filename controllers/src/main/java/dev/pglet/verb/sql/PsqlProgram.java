package dev.pglet.verb.sql;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.file.Ownership;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.verb.NamedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The psql of this host, and the environment in which it finds a server by itself. */
record PsqlProgram(Path program) {
  /** What would lead psql elsewhere than to the server that was named. */
  private static final Set<String> MISLEADING =
      Set.of(
          "PGSERVICE",
          "PGHOSTADDR",
          "PGPASSWORD",
          "PGREQUIREAUTH",
          "PGREQUIREPEER",
          "PGREQUIRESSL",
          "PGSSLMODE",
          "PGSSLNEGOTIATION",
          "PGCHANNELBINDING",
          "PGGSSENCMODE",
          "PGTARGETSESSIONATTRS",
          "PGLOADBALANCEHOSTS");

  /** The first on PATH, else that of the server's own binaries. */
  static Optional<PsqlProgram> find(Map<String, String> environment, NamedServer server)
      throws HostUnavailable {
    for (String directory : environment.getOrDefault("PATH", "").split(":", -1)) {
      Path program = Path.of(directory, "psql");
      if (program.isAbsolute() && isProgram(program)) {
        return Optional.of(new PsqlProgram(program));
      }
    }
    String binaries = server.status().path("binaries").asText();
    Path own = Path.of(binaries, "bin", "psql");
    return !binaries.isEmpty() && isProgram(own) && mayRun(own)
        ? Optional.of(new PsqlProgram(own))
        : Optional.empty();
  }

  private static boolean isProgram(Path program) {
    return Files.isRegularFile(program) && Files.isExecutable(program);
  }

  /** Root runs no program that others than root could have written. */
  private static boolean mayRun(Path program) throws HostUnavailable {
    return new HostAccounts().self().uid() != 0 || Ownership.isRootsAlone(program);
  }

  /**
   * The variables for a session over the server's socket.
   *
   * @param passfile the one that has the role's password; empty: the user's own
   */
  static Map<String, String> environment(
      Map<String, String> own,
      NamedServer server,
      String database,
      String role,
      Optional<Path> passfile) {
    Map<String, String> variables = new TreeMap<>(own);
    variables.keySet().removeAll(MISLEADING);
    variables.put("PGHOST", server.socket().toString());
    variables.put("PGPORT", Integer.toString(server.port()));
    variables.put("PGDATABASE", database);
    variables.put("PGUSER", role);
    passfile.ifPresent(file -> variables.put("PGPASSFILE", file.toString()));
    return variables;
  }

  /** Runs a program in place of this one. */
  @FunctionalInterface
  interface Replacement {
    /** Returns only when it cannot be: why. */
    IOException with(Path program, List<String> arguments, Map<String, String> environment);
  }
}
