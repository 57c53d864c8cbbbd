package dev.pglet.verb.storage;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.UsageError;
import dev.pglet.host.volume.PoolReserve;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code pglet storage release NAME}: gives a server that has run out of space the reserve of its
 * pool. It needs no daemon and writes nothing.
 */
public final class StorageCommand implements Command {
  private static final String RELEASE = "release";

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "storage",
            "storage release NAME: remove the reserve file of the pool that the server's volume lies in, so that a server that has run out of space can recover. It is made again by a later start when a lot of space is free.")
        .addOption(Options.namespace())
        .addPositional(
            Options.words(
                "release NAME", "2", "What to do, and the server, as NAME or KIND/NAME."));
  }

  @Override
  public int run(ParseResult arguments, CommandContext context) throws ReconcileException {
    List<String> words = Options.words(arguments);
    if (!words.getFirst().equals(RELEASE)) {
      throw new UsageError("storage: '%s' is unknown; write release".formatted(words.getFirst()));
    }
    NamedServer server = NamedServer.find(words.get(1), Options.namespace(arguments), context);
    String pool = server.object().at("/status/storage/pool").asText();
    if (pool.isEmpty()) {
      throw new HostUnavailable(
          "NoVolume", server.key() + " has no volume yet", "Wait until it is made");
    }
    try {
      Optional<Long> freed = PoolReserve.release(Path.of(pool));
      if (freed.isEmpty()) {
        context
            .err()
            .printf(
                "pglet storage: there is no reserve in %s: it is used up already, or there was never much space. Remove other files of that file system, or make it larger%n",
                pool);
        return Cli.FAILED;
      }
      context
          .out()
          .printf("%s: %d MiB are free now in %s%n", server.key(), freed.get() >> 20, pool);
      return Cli.OK;
    } catch (IOException e) {
      throw new HostUnavailable(
          "NotReleased",
          "removing %s: %s".formatted(PoolReserve.file(Path.of(pool)), e.getMessage()),
          "Run it as the account that pglet runs as",
          e);
    }
  }
}
