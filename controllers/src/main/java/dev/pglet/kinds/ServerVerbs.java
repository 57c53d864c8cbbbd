package dev.pglet.kinds;

import dev.pglet.reconcile.Command;
import dev.pglet.verb.Terminal;
import dev.pglet.verb.config.ConfigDiffCommand;
import dev.pglet.verb.config.ConfigExportCommand;
import dev.pglet.verb.config.ConfigGetCommand;
import dev.pglet.verb.create.CreateCommand;
import dev.pglet.verb.logs.LogsCommand;
import dev.pglet.verb.sql.ConnectCommand;
import dev.pglet.verb.sql.ConnectionStringCommand;
import dev.pglet.verb.sql.SqlCommand;
import dev.pglet.verb.state.HealthCommand;
import dev.pglet.verb.state.StatusCommand;
import dev.pglet.verb.state.TopCommand;
import dev.pglet.verb.versions.VersionsCommand;
import java.util.List;

/** The verbs of every day, in the order in which help lists them. */
final class ServerVerbs {
  private ServerVerbs() {}

  static List<Command> all() {
    return List.of(
        new StatusCommand(),
        new HealthCommand(),
        new TopCommand(),
        new LogsCommand(),
        ConnectCommand.named("connect"),
        ConnectCommand.named("psql"),
        new SqlCommand(),
        new ConnectionStringCommand(),
        new CreateCommand(Terminal::attached),
        new ConfigGetCommand(),
        new ConfigDiffCommand(),
        new ConfigExportCommand(),
        new VersionsCommand(LocalHost::versions));
  }
}
