package dev.pglet.verb.config;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.host.file.DurableFile;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code config export}: a postgresql.conf for a server that pglet does not manage. */
public final class ConfigExportCommand implements BuiltinCommand {
  private static final String OF_CERTIFICATE =
      "Left out: pglet keeps that certificate, or its copy of yours, and its key to itself. Name"
          + " your own files to use TLS.";

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "export",
            "Print the settings of a server as a postgresql.conf that works by itself, each with"
                + " where it comes from. Secrets in settings are not masked.")
        .addOption(Options.namespace())
        .addOption(
            Options.value(
                "FILE",
                "The file to write, which only its owner can read. Default: standard output.",
                "--out"))
        .addPositional(NamedServer.word());
  }

  @Override
  public String under() {
    return "config";
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    NamedServer server =
        NamedServer.find(
            Options.words(arguments).getFirst(), Options.namespace(arguments), session);
    String text = text(server, Wanted.of(server.key(), session).values());
    Optional<String> out = Optional.ofNullable(arguments.matchedOptionValue("--out", null));
    if (out.isEmpty()) {
      session.out().print(text);
      return Cli.OK;
    }
    Path file = Path.of(out.get()).toAbsolutePath();
    try {
      DurableFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HostUnavailable(
          "FileUnwritable",
          "writing %s: %s".formatted(file, e),
          "Choose a file in a directory that is there and that you may write to",
          e);
    }
    session.out().println("wrote " + file);
    return Cli.OK;
  }

  private static String text(NamedServer server, Collection<Wanted> wanted) {
    String version = server.status().path("version").asText();
    StringBuilder text = new StringBuilder();
    text.append("# The settings of ").append(server.key()).append(", exported by pglet");
    text.append(version.isEmpty() ? "" : ", for PostgreSQL " + version).append(".\n");
    text.append("# Who may log in is in pg_hba.conf; libraries must be installed.\n");
    for (Wanted each : wanted) {
      text.append("\n# ").append(each.origin()).append('\n');
      own(each).ifPresent(why -> text.append("# ").append(why).append("\n# "));
      text.append(each.name()).append(" = ").append(quoted(each.value())).append('\n');
    }
    return text.toString();
  }

  /** Why a setting works with pglet alone. */
  private static Optional<String> own(Wanted each) {
    return switch (each.name()) {
      case "unix_socket_directories" ->
          Optional.of("Left out: pglet makes that directory. PostgreSQL's own default counts.");
      case "log_directory" ->
          Optional.of(
              "Left out: the server that pglet runs writes there. PostgreSQL's own default counts.");
      case "ssl", "ssl_cert_file", "ssl_key_file", "ssl_ca_file" ->
          each.value().equals("off") || each.value().isEmpty()
              ? Optional.empty()
              : Optional.of(OF_CERTIFICATE);
      default -> Optional.empty();
    };
  }

  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
