package dev.pglet.cli.edit;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The editor that {@code VISUAL} or {@code EDITOR} names, with its arguments; else {@code vi}. */
public final class EditorProcess implements TextEditor {
  private final Map<String, String> environment;

  public EditorProcess(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public void edit(Path file) throws ReconcileException {
    String editor = editor();
    int ended;
    try {
      // By a shell, because the variable may hold arguments; the path is not part of its text.
      ended =
          new ProcessBuilder("/bin/sh", "-c", editor + " \"$1\"", "sh", file.toString())
              .inheritIO()
              .start()
              .waitFor();
    } catch (IOException e) {
      throw new HostUnavailable(
          "NoEditor",
          "starting the editor '%s': %s".formatted(editor, e.getMessage()),
          "Name another in VISUAL or EDITOR",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused("Interrupted", "the edit was interrupted", "Nothing was changed", e);
    }
    if (ended != 0) {
      throw new Refused(
          "EditorFailed",
          "the editor '%s' ended with %d, so nothing was changed".formatted(editor, ended),
          "If it was not found, name another in VISUAL or EDITOR");
    }
  }

  private String editor() {
    for (String variable : new String[] {"VISUAL", "EDITOR"}) {
      String named = environment.getOrDefault(variable, "");
      if (!named.isBlank()) {
        return named;
      }
    }
    return "vi";
  }
}
