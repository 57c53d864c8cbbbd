package dev.pglet.server.config;

import dev.pglet.api.v1alpha1.UpdateSpec;
import dev.pglet.api.v1alpha1.UpdateSpec.Restart;
import dev.pglet.reconcile.InvalidSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** When a running server may be restarted for changes, and what is wrong with what says so. */
public final class UpdateRules {
  private static final String WINDOW = "spec.update.window";

  private UpdateRules() {}

  /** All that is wrong, each with its field. */
  public static List<InvalidSpec> problems(UpdateSpec wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    if (wanted.restart() == Restart.Window && wanted.window().isEmpty()) {
      problems.add(
          new InvalidSpec(
              "WindowMissing",
              "spec.update.restart",
              "restarts wait for a window, and there is none",
              "Write one into " + WINDOW + ", such as \"Sun 02:00-06:00\""));
    } else if (wanted.restart() != Restart.Window && !wanted.window().isEmpty()) {
      problems.add(
          new InvalidSpec(
              "WindowWithoutEffect",
              WINDOW,
              "a window has no effect with restart: " + wanted.restart(),
              "Set spec.update.restart to Window, or remove the window"));
    }
    for (int i = 0; i < wanted.window().size(); i++) {
      try {
        RestartWindow.parse(wanted.window().get(i));
      } catch (IllegalArgumentException e) {
        problems.add(
            new InvalidSpec(
                "InvalidWindow",
                WINDOW + "[" + i + "]",
                String.valueOf(e.getMessage()),
                "Write it as \"Sun 02:00-06:00\", \"Mon-Fri 22:00-04:00 Europe/Berlin\" or \"03:00-04:00\"",
                e));
      }
    }
    return problems;
  }

  /** Whether a restart may be at that time: always but for a window that is not open, or Manual. */
  public static boolean open(UpdateSpec wanted, Instant now) {
    return switch (wanted.restart()) {
      case Auto -> true;
      case Manual -> false;
      case Window -> wanted.window().stream().anyMatch(window -> isOpen(window, now));
    };
  }

  private static boolean isOpen(String window, Instant now) {
    try {
      return RestartWindow.parse(window).open(now);
    } catch (IllegalArgumentException e) {
      // It is refused by its field.
      return false;
    }
  }
}
