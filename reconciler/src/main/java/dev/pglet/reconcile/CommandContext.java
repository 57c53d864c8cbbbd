package dev.pglet.reconcile;

import dev.pglet.api.meta.KindRegistry;
import java.io.PrintStream;

/** What a verb works with. */
public interface CommandContext {
  PrintStream out();

  PrintStream err();

  Settings settings();

  KindRegistry kinds();

  /** The resources: of the running daemon, or observed by this process where none runs. */
  Resources resources() throws ReconcileException;
}
