package dev.pglet.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options that every verb takes, before or after the verb. They are read before the verb's own
 * because they decide which kinds, and so which verbs, there are.
 *
 * @param values by the option's name; a flag is {@code true}
 * @param rest the other words, in their order
 */
public record GlobalOptions(Map<String, String> values, List<String> rest) {
  /**
   * One option.
   *
   * @param label of its value; empty for a flag
   */
  public record Option(String name, String label, String description) {
    String synopsis() {
      return label.isEmpty() ? name : name + " " + label;
    }
  }

  public static final List<Option> ALL =
      List.of(
          new Option("--data-root", "DIR", "Where data, state and binaries lie (PGLET_DATA_ROOT)."),
          new Option("--manifests", "DIR", "The manifest directory (PGLET_MANIFESTS)."),
          new Option("--run-directory", "DIR", "Where sockets lie (PGLET_RUN_DIRECTORY)."),
          new Option("--config", "FILE", "The settings file (PGLET_CONFIG)."),
          new Option("--account", "NAME", "The account of servers under root (PGLET_ACCOUNT)."),
          new Option(
              "--trust-on-first-use",
              "",
              "Fetch binaries outside the catalogue (PGLET_TRUST_ON_FIRST_USE)."),
          new Option("--status-mode", "MODE", "inline, sidecar or none (PGLET_STATUS_MODE)."),
          new Option(
              "--metrics-address",
              "ADDRESS",
              "Where run serves metrics for Prometheus (PGLET_METRICS_ADDRESS)."),
          new Option("--log-level", "LEVEL", "error, warn, info or debug (PGLET_LOG_LEVEL)."));

  public GlobalOptions {
    values = Map.copyOf(values);
    rest = List.copyOf(rest);
  }

  /**
   * Takes the global options out of a command line; what follows {@code --} is left alone.
   *
   * @throws UsageError when a value is missing
   */
  public static GlobalOptions take(List<String> arguments) {
    Map<String, String> values = new HashMap<>();
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (word.equals("--")) {
        rest.addAll(arguments.subList(i, arguments.size()));
        break;
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      Optional<Option> option = ALL.stream().filter(o -> o.name().equals(name)).findFirst();
      if (option.isEmpty()) {
        rest.add(word);
      } else if (option.get().label().isEmpty()) {
        values.put(name, equals < 0 ? "true" : word.substring(equals + 1));
      } else if (equals >= 0) {
        values.put(name, word.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        values.put(name, arguments.get(++i));
      } else {
        throw new UsageError(option.get().synopsis() + ": its value is missing");
      }
    }
    return new GlobalOptions(values, rest);
  }
}
