package dev.pglet.daemon;

import dev.pglet.cli.Cli;
import dev.pglet.cli.edit.ConfigCommand;
import dev.pglet.cli.edit.EditCommand;
import dev.pglet.cli.edit.EditorProcess;
import dev.pglet.cli.edit.MetadataCommand;
import dev.pglet.cli.edit.PauseCommand;
import dev.pglet.cli.explain.ExplainCommand;
import dev.pglet.cli.explain.TemplateDiff;
import dev.pglet.cli.history.HistoryCommand;
import dev.pglet.cli.history.RollbackCommand;
import dev.pglet.cli.verb.AdoptCommand;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.cli.verb.CompletionCommand;
import dev.pglet.cli.verb.DeleteCommand;
import dev.pglet.cli.verb.DescribeCommand;
import dev.pglet.cli.verb.DiffCommand;
import dev.pglet.cli.verb.EventsCommand;
import dev.pglet.cli.verb.GetCommand;
import dev.pglet.cli.verb.PruneCommand;
import dev.pglet.cli.verb.ValidateCommand;
import dev.pglet.cli.verb.VersionCommand;
import dev.pglet.cli.verb.WaitCommand;
import dev.pglet.daemon.doctor.CheckCommand;
import dev.pglet.daemon.doctor.DoctorCommand;
import dev.pglet.daemon.verb.CleanupCommand;
import dev.pglet.daemon.verb.DesiredStateCommand;
import dev.pglet.daemon.verb.GitCommand;
import dev.pglet.daemon.verb.QuickstartCommand;
import dev.pglet.daemon.verb.RequestCommand;
import dev.pglet.daemon.verb.RunCommand;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.HostUnavailable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * All verbs: those of pglet, made one by one so that only the used one is loaded, then the kinds'.
 */
final class BuiltinVerbs implements Cli.Verbs {
  private static final List<String> NAMES =
      List.of(
          "quickstart",
          "run",
          "get",
          "describe",
          "apply",
          "diff",
          "history",
          "rollback",
          "delete",
          "prune",
          "adopt",
          "validate",
          "explain",
          "wait",
          "config",
          "edit",
          "label",
          "annotate",
          "pause",
          "resume",
          "stop",
          "start",
          "fence",
          "restart",
          "reload",
          "events",
          "git",
          "check",
          "doctor",
          "cleanup",
          "completion",
          "version");

  private final Wiring wiring;

  BuiltinVerbs(Wiring wiring) {
    this.wiring = wiring;
  }

  @Override
  public Optional<Command> find(String name) throws HostUnavailable {
    if (NAMES.contains(name)) {
      return Optional.of(builtin(name));
    }
    return ofKinds("").stream().filter(command -> command.spec().name().equals(name)).findFirst();
  }

  @Override
  public Collection<Command> all() throws HostUnavailable {
    List<Command> all = new ArrayList<>();
    for (String name : NAMES) {
      all.add(builtin(name));
    }
    all.addAll(ofKinds(""));
    return all;
  }

  private List<Command> ofKinds(String under) throws HostUnavailable {
    return wiring.kinds().commands().stream()
        .filter(command -> command.under().equals(under))
        .toList();
  }

  private Command builtin(String name) throws HostUnavailable {
    return switch (name) {
      case "quickstart" -> new QuickstartCommand(wiring, wiring.examples());
      case "run" -> new RunCommand(wiring);
      case "get" -> new GetCommand();
      case "describe" -> new DescribeCommand();
      case "apply" -> new ApplyCommand();
      case "diff" -> new DiffCommand(TemplateDiff::compare);
      case "history" -> new HistoryCommand();
      case "rollback" -> new RollbackCommand();
      case "delete" -> new DeleteCommand();
      case "prune" -> new PruneCommand();
      case "adopt" -> new AdoptCommand();
      case "validate" -> new ValidateCommand();
      case "explain" -> new ExplainCommand();
      case "wait" -> new WaitCommand();
      case "config" -> new ConfigCommand(ofKinds("config"));
      case "edit" -> new EditCommand(new EditorProcess(System.getenv()));
      case "label" -> MetadataCommand.label();
      case "annotate" -> MetadataCommand.annotate();
      case "pause" -> PauseCommand.pause();
      case "resume" -> PauseCommand.resume();
      case "stop" -> DesiredStateCommand.stop(wiring);
      case "start" -> DesiredStateCommand.start(wiring);
      case "fence" -> DesiredStateCommand.fence(wiring);
      case "restart" -> RequestCommand.restart(wiring);
      case "reload" -> RequestCommand.reload(wiring);
      case "events" -> new EventsCommand();
      case "git" -> new GitCommand(wiring.launcher());
      case "check" -> new CheckCommand(wiring);
      case "doctor" -> new DoctorCommand(wiring);
      case "cleanup" -> new CleanupCommand(session -> wiring.cleanup());
      case "completion" -> new CompletionCommand(this);
      case "version" -> new VersionCommand(Version.text());
      default -> throw new IllegalArgumentException("no verb " + name);
    };
  }
}
