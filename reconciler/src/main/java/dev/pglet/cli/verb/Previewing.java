package dev.pglet.cli.verb;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Session;
import dev.pglet.manifest.Manifest;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.Difference;
import dev.pglet.reconcile.Preview.PlannedStep;
import dev.pglet.reconcile.ReconcileException;
import java.io.PrintStream;
import java.util.function.Function;

/** Shows previews one after another, and remembers what they said together. */
final class Previewing {
  /** Nothing could be compared. */
  static final int ERROR = 2;

  private final Session session;
  private boolean different;
  private boolean failed;

  Previewing(Session session) {
    this.session = session;
  }

  /** As if the document were applied. */
  void show(Manifest manifest) throws ReconcileException {
    Preview preview = session.resources().preview(manifest.key(), manifest.text());
    show(preview, problem -> manifest.problem(problem.field(), problem.message()).toString());
  }

  void show(Preview preview) {
    show(
        preview,
        problem -> (problem.field().isEmpty() ? "" : problem.field() + ": ") + problem.message());
  }

  void failed() {
    failed = true;
  }

  /** The exit code: 0 no difference, 1 some, 2 something could not be compared. */
  int result() {
    return failed ? ERROR : different ? Cli.FAILED : Cli.OK;
  }

  private void show(Preview preview, Function<Preview.Problem, String> located) {
    PrintStream out = session.out();
    different |= preview.differs();
    failed |= !preview.problems().isEmpty();
    out.println(preview.key() + ": " + headline(preview));
    for (Difference difference : preview.differences()) {
      out.println("  " + line(difference));
    }
    int number = 1;
    for (PlannedStep step : preview.steps()) {
      out.printf("  %d. %-11s %s%n", number++, step.risk(), step.describe());
    }
    for (PlannedStep step : preview.deferred()) {
      out.printf("  later: %-8s %s%n", step.risk(), step.describe());
    }
    preview.awaiting().ifPresent(wait -> out.println("  then waits: " + wait));
    preview.beyond().forEach(what -> out.println("  not known yet: " + what));
    if (preview.paused() && !preview.steps().isEmpty()) {
      out.println("  paused: no step is run before: pglet resume " + preview.key());
    }
    preview
        .planId()
        .ifPresent(
            id ->
                out.printf(
                    "  plan id %s: the DESTRUCTIVE steps wait for: %s%n",
                    id, Preview.consent(preview.key(), id)));
    preview.problems().forEach(problem -> session.err().println(located.apply(problem)));
    out.flush();
  }

  private static String headline(Preview preview) {
    if (!preview.problems().isEmpty()) {
      return "cannot be done";
    }
    if (preview.deleting()) {
      return preview.steps().isEmpty() && preview.awaiting().isEmpty()
          ? "would be forgotten: there is nothing of it on the host"
          : "would be deleted";
    }
    if (preview.created()) {
      return "would be created";
    }
    if (!preview.differs()) {
      return "no difference";
    }
    return preview.differences().isEmpty() ? "the host differs from it" : "would be changed";
  }

  private static String line(Difference difference) {
    String field = difference.field();
    String before = difference.before().orElse("");
    String after = difference.after().orElse("");
    if (difference.before().isEmpty()) {
      return "+ " + field + ": " + after;
    }
    return difference.after().isEmpty()
        ? "- " + field + ": " + before
        : "~ " + field + ": " + before + " → " + after;
  }
}
