package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.timeout;
import static dev.pglet.cli.Options.value;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.JsonPathTemplate;
import dev.pglet.reconcile.ReconcileException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code wait}: ends when resources are as told, or when the time is up. */
public final class WaitCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("wait", "Wait until resources have a condition, or are gone.")
        .addOption(
            value("WHAT", "condition=TYPE[=STATUS], delete, or jsonpath={PATH}=VALUE.", "--for"))
        .addOption(Options.namespace())
        .addOption(timeout("30s"))
        .addPositional(Options.words("KIND NAME… | KIND/NAME…", "0..*", "What to wait for."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    String what = arguments.matchedOptionValue("--for", "");
    List<ResourceKey> keys =
        Target.keys(Options.words(arguments), Options.namespace(arguments), session.kinds());
    Duration timeout = timeout(arguments, Duration.ofSeconds(30));
    Waiting waiting = new Waiting(session);
    if (what.equals("delete")) {
      return waiting.forDeletion(keys, timeout);
    }
    if (what.startsWith("condition=")) {
      String[] parts = what.split("=", 3);
      if (parts[1].isEmpty()) {
        throw new UsageError("--for: write condition=TYPE, such as condition=Ready");
      }
      return waiting.forCondition(keys, parts[1], parts.length == 3 ? parts[2] : "True", timeout);
    }
    if (what.startsWith("jsonpath=")) {
      return jsonPath(what.substring("jsonpath=".length()), keys, timeout, waiting);
    }
    throw new UsageError(
        "--for: write condition=Ready, delete, or jsonpath={.status.phase}=Running");
  }

  private static int jsonPath(
      String text, List<ResourceKey> keys, Duration timeout, Waiting waiting)
      throws ReconcileException {
    int split = text.lastIndexOf("}=");
    if (split < 0) {
      throw new UsageError("--for: write jsonpath={PATH}=VALUE");
    }
    JsonPathTemplate template;
    try {
      template = JsonPathTemplate.parse(text.substring(0, split + 1));
    } catch (IllegalArgumentException e) {
      throw new UsageError("--for: " + e.getMessage());
    }
    String value = text.substring(split + 2);
    return waiting.forEach(
        keys,
        text,
        timeout,
        object -> object.map(o -> template.render(o).equals(value)).orElse(false));
  }
}
