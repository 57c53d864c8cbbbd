package dev.pglet.cli.edit;

import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;

/** Lets the user edit a file, and returns when they have finished. */
@FunctionalInterface
public interface TextEditor {
  /**
   * Opens the file.
   *
   * @throws ReconcileException when there is no editor, or it did not end well
   */
  void edit(Path file) throws ReconcileException;
}
