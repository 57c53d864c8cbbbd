package dev.pglet.server;

import dev.pglet.reconcile.InvalidSpec;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which settings a user may write by name, so that no name or value can become another directive.
 */
public final class SettingRules {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,62}([.][A-Za-z_][A-Za-z0-9_$]{0,62})?");

  /** Settings that pglet itself must be sure of, and which field or rule decides them instead. */
  private static final Map<String, String> FIXED =
      Map.ofEntries(
          Map.entry("port", "use spec.network.port"),
          Map.entry("listen_addresses", "use spec.network.bindAddress"),
          Map.entry("unix_socket_directories", "pglet puts the socket into its run directory"),
          Map.entry("unix_socket_permissions", "pglet's own sessions need the socket"),
          Map.entry("unix_socket_group", "pglet's own sessions need the socket"),
          Map.entry("data_directory", "pglet puts the data on the volume"),
          Map.entry("config_file", "pglet writes it"),
          Map.entry("hba_file", "pglet writes it"),
          Map.entry("ident_file", "pglet writes it"),
          Map.entry("external_pid_file", "pglet finds the server by its data directory"),
          // Not settings but directives of the file, which let another file set anything.
          Map.entry("include", "write the settings themselves"),
          Map.entry("include_dir", "write the settings themselves"),
          Map.entry("include_if_exists", "write the settings themselves"),
          Map.entry("password_encryption", "only SCRAM verifiers are stored"),
          Map.entry("allow_alter_system", "pglet resets what overrides a manifest"));

  private SettingRules() {}

  /**
   * Checks every name and value.
   *
   * @throws InvalidSpec for the first that is not possible, naming its field
   */
  public static void check(Map<String, String> parameters) throws InvalidSpec {
    Map<String, String> seen = new TreeMap<>();
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      String name = parameter.getKey();
      String lower = name.toLowerCase(Locale.ROOT);
      String field = field(name);
      if (!NAME.matcher(name).matches()) {
        throw new InvalidSpec(
            "InvalidSettingName",
            field,
            "\"" + name + "\" is not the name of a setting",
            "Write letters, digits and underscores, with at most one dot");
      }
      String other = seen.put(lower, name);
      if (other != null) {
        throw new InvalidSpec(
            "DuplicateSetting",
            field,
            "the setting " + lower + " is written twice: " + other + " and " + name,
            "Remove one of them");
      }
      String decidedBy = lower.startsWith("pglet.") ? "pglet keeps notes there" : FIXED.get(lower);
      if (decidedBy != null) {
        throw new InvalidSpec(
            "FixedSetting",
            field,
            "the setting " + lower + " cannot be set here: " + decidedBy,
            "Remove it from spec.parameters");
      }
      if (parameter.getValue().chars().anyMatch(c -> c < ' ' && c != '\t')) {
        throw new InvalidSpec(
            "InvalidSettingValue",
            field,
            "the value of " + lower + " holds a line break or a control character",
            "Write it in one line");
      }
    }
  }

  /** The path of a setting's field. */
  public static String field(String name) {
    return "spec.parameters." + name;
  }
}
