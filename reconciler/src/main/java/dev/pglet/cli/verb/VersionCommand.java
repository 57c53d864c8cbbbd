package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.reconcile.ReconcileException;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code version}: of this program and of the daemon. */
public final class VersionCommand implements BuiltinCommand {
  private final String version;

  public VersionCommand(String version) {
    this.version = version;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("version", "Show the versions of this program and of the daemon.");
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    session.out().printf("pglet %s on Java %s%n", version, Runtime.version());
    Optional<ObjectNode> daemon =
        session.daemon().isEmpty()
            ? Optional.empty()
            : session.daemon().get().get("/pglet/v1/daemon", RemoteResources.JSON);
    if (daemon.isPresent()) {
      session
          .out()
          .printf(
              "daemon %s, pid %s, manifests %s, data root %s%n",
              daemon.get().path("version").asText(),
              daemon.get().path("pid").asText(),
              daemon.get().path("manifests").asText(),
              daemon.get().path("dataRoot").asText());
    } else {
      session.out().println("no daemon runs on " + session.settings().dataRoot());
    }
    return Cli.OK;
  }
}
