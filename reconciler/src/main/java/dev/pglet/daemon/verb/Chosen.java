package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.value;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.ApiError;
import dev.pglet.apiserver.Selector;
import dev.pglet.cli.Named;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What a verb of every day is for: names, a label selector, or all. */
final class Chosen {
  private static final String ALL = "--all";
  private static final String LABELS = "-l";

  private Chosen() {}

  static CommandSpec options(CommandSpec verb, String what) {
    return verb.addOption(flag("All " + what + ", of all namespaces unless one is given.", ALL))
        .addOption(
            value(
                "SELECTOR",
                "Those with these labels, such as env=test, of all namespaces unless one is given.",
                LABELS,
                "--selector"))
        .addOption(Options.namespace())
        .addPositional(Options.words("NAME… | KIND/NAME…", "0..*", "What to " + verb.name() + "."));
  }

  static boolean all(ParseResult arguments) {
    return has(arguments, ALL);
  }

  /**
   * The resources that are meant, of those kinds.
   *
   * @throws UsageError when nothing is named, or two ways of naming at once
   */
  static SortedSet<ResourceKey> keys(
      String verb, ParseResult arguments, Session session, Predicate<CrdDefinition> kinds)
      throws ReconcileException {
    List<String> words = Options.words(arguments);
    String selector = arguments.matchedOptionValue(LABELS, "");
    boolean labels = arguments.hasMatchedOption(LABELS);
    int ways = (words.isEmpty() ? 0 : 1) + (labels ? 1 : 0) + (all(arguments) ? 1 : 0);
    if (ways != 1) {
      throw new UsageError(
          "say what to %s: NAME…, KIND/NAME…, -l SELECTOR, or --all".formatted(verb));
    }
    Named named = new Named(session, kinds);
    if (!words.isEmpty()) {
      return named.keys(words, Options.namespace(arguments));
    }
    Optional<String> namespace = Optional.ofNullable(arguments.matchedOptionValue("-n", null));
    return new TreeSet<>(labels ? named.all(namespace, labelled(selector)) : named.all(namespace));
  }

  /** An empty selector would be all, which {@code --all} says aloud. */
  private static Predicate<ObjectNode> labelled(String selector) {
    if (selector.replace(",", "").isBlank()) {
      throw new UsageError("-l: the selector is empty; write name=value, or --all");
    }
    try {
      return Selector.labels(selector);
    } catch (ApiError e) {
      throw new UsageError("-l: " + e.getMessage());
    }
  }

  /** Whether the schema of a kind has a field, such as {@code spec}, {@code desiredState}. */
  static boolean hasField(CrdDefinition kind, String... path) {
    JsonNode schema = kind.schema();
    for (String name : path) {
      schema = schema.path("properties").path(name);
    }
    return !schema.isMissingNode();
  }
}
