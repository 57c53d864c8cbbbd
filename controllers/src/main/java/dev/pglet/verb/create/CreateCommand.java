package dev.pglet.verb.create;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.value;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.edit.SpecPatch;
import dev.pglet.cli.output.Documents;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.cli.verb.Proposal;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.verb.NewResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code create}: writes the manifest of a new instance, which it shows before. At a terminal and
 * without arguments it asks.
 */
public final class CreateCommand implements BuiltinCommand {
  private final BooleanSupplier terminal;

  /**
   * The verb.
   *
   * @param terminal whether somebody can be asked
   */
  public CreateCommand(BooleanSupplier terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("create", "Write the manifest of a new instance; asks for it without NAME.")
        .addOption(Options.namespace())
        .addOption(value("T", "Template, such as development.", "-t", "--template"))
        .addOption(value("V", "PostgreSQL version, such as 17 or 17.6.", "--version"))
        .addOption(value("P", "TCP port. Default: a free one.", "--port"))
        .addOption(
            Options.values(
                "FIELD=VALUE",
                "Any field below spec, or a parameter, as config set knows them; may be repeated.",
                "--set"))
        .addOption(flag("Show the manifest and what it would do, and write nothing.", "--dry-run"))
        .addPositional(Options.words("NAME", "0..1", "Name of the instance."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    boolean ask = words.isEmpty() && terminal.getAsBoolean();
    if (words.isEmpty() && (!ask || arguments.matchedOptions().size() > 0)) {
      throw new UsageError("say the name of the new instance: pglet create NAME");
    }
    Questions questions = new Questions(session.in(), session.out());
    List<String> fields = new ArrayList<>();
    ResourceKey key;
    if (ask) {
      key = asked(questions, fields, session);
    } else {
      key =
          NewResource.key(PostgreSQLInstance.KIND, Options.namespace(arguments), words.getFirst());
      field(fields, "template", arguments.matchedOptionValue("--template", ""));
      field(fields, "version", arguments.matchedOptionValue("--version", ""));
      field(fields, "network.port", arguments.matchedOptionValue("--port", ""));
      fields.addAll(arguments.matchedOptionValue("--set", List.of()));
      requireNew(key, session);
    }
    String document = document(key, fields, session);
    session.out().print(document);
    if (!new Proposal(session, key, document).shown()) {
      return Cli.FAILED;
    }
    if (has(arguments, "--dry-run")) {
      session.out().println("Nothing was written: it was a dry run.");
      return Cli.OK;
    }
    if (ask
        && !questions
            .ask("Write it?", "yes", a -> a.matches("yes|no|y|n"), "yes or no")
            .startsWith("y")) {
      session.out().println("Nothing was written.");
      return Cli.FAILED;
    }
    Resources.Applied applied = session.resources().apply(document);
    session
        .out()
        .printf(
            "%s %s in %s%n",
            applied.key(), applied.change().name().toLowerCase(Locale.ROOT), applied.file());
    session
        .out()
        .println(
            session.daemon().isEmpty()
                ? ApplyCommand.NO_DAEMON
                : "Wait for it with: pglet wait --for=condition=Ready " + key);
    return Cli.OK;
  }

  private static ResourceKey asked(Questions questions, List<String> fields, Session session)
      throws ReconcileException {
    String name =
        questions.ask(
            "Name",
            "",
            answer -> ResourceKey.NAME.matcher(answer).matches(),
            "A name has 1 to 63 of a-z, 0-9 and -, with a letter or digit at each end.");
    ResourceKey key = NewResource.key(PostgreSQLInstance.KIND, ResourceKey.DEFAULT_NAMESPACE, name);
    requireNew(key, session);
    String version =
        questions.ask(
            "PostgreSQL version",
            "the default",
            answer -> answer.matches("[0-9]{2}([.][0-9]{1,2})?"),
            "Such as 17 or 17.6.");
    field(fields, "version", version.equals("the default") ? "" : version);
    String template =
        questions.ask(
            "Template (development, testing, staging, production, or your own)",
            "none",
            answer -> ResourceKey.NAME.matcher(answer).matches(),
            "It is no name of a template.");
    field(fields, "template", template.equals("none") ? "" : template);
    String port =
        questions.ask(
            "Port",
            "a free one",
            answer -> answer.matches("[0-9]{1,5}") && Integer.parseInt(answer) <= 65535,
            "A port is a number up to 65535.");
    field(fields, "network.port", port.equals("a free one") ? "" : port);
    return key;
  }

  private static void field(List<String> fields, String name, String value) {
    if (!value.isEmpty()) {
      fields.add(name + "=" + value);
    }
  }

  private static void requireNew(ResourceKey key, Session session) throws ReconcileException {
    NewResource.requireNone(
        key, "Change it with pglet config set or pglet edit, or choose another name", session);
  }

  private static String document(ResourceKey key, List<String> fields, Session session) {
    CrdDefinition kind = session.kinds().kind(key.kind()).orElseThrow();
    ObjectNode document = NewResource.document(key);
    return Documents.yaml(MergePatch.apply(document, SpecPatch.setting(kind, fields)));
  }
}
