package dev.pglet.verb.state;

import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** The servers that a command line is about. */
final class Servers {
  private Servers() {}

  /** Those that it names, else all, of one namespace where it names that. */
  static List<NamedServer> named(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    if (words.isEmpty()) {
      return NamedServer.all(
          Optional.ofNullable(arguments.matchedOptionValue("-n", null)), session);
    }
    List<NamedServer> named = new ArrayList<>();
    for (String word : words) {
      named.add(NamedServer.find(word, Options.namespace(arguments), session));
    }
    return named;
  }
}
