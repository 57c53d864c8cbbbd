package dev.pglet.cli.edit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;

/** What became of an edit, and how it is told. */
record Edited(Session session, Resources.Applied applied) {
  static Edited patch(Session session, ResourceKey key, ObjectNode patch)
      throws ReconcileException {
    return new Edited(session, session.resources().patch(key, patch));
  }

  /** {@code KIND/NAME configured in FILE}. */
  void print() {
    print("configured");
  }

  /** With a verb's own word for a change. */
  void print(String done) {
    boolean changed = applied.change() != Resources.Change.UNCHANGED;
    session
        .out()
        .printf("%s %s in %s%n", applied.key(), changed ? done : "unchanged", applied.file());
    if (changed && session.daemon().isEmpty()) {
      session.out().println(ApplyCommand.NO_DAEMON);
    }
  }
}
