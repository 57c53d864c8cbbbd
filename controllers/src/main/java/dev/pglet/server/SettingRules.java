package dev.pglet.server;

import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
          Map.entry("ssl", "use spec.security.ssl"),
          Map.entry("ssl_cert_file", "use spec.security.ssl.certificatePath"),
          Map.entry("ssl_key_file", "use spec.security.ssl.keyPath"),
          Map.entry("ssl_ca_file", "pglet names its own authority when a rule asks for it"),
          // Not settings but directives of the file, which let another file set anything.
          Map.entry("include", "write the settings themselves"),
          Map.entry("include_dir", "write the settings themselves"),
          Map.entry("include_if_exists", "write the settings themselves"),
          Map.entry("password_encryption", "only SCRAM verifiers are stored"),
          Map.entry("allow_alter_system", "pglet resets what overrides a manifest"));

  private SettingRules() {}

  /** All that is wrong with names and values, each with its field. */
  public static List<InvalidSpec> problems(Map<String, String> parameters) {
    List<InvalidSpec> problems = new ArrayList<>();
    Map<String, String> seen = new TreeMap<>();
    parameters.forEach(
        (name, value) -> {
          String other = seen.put(name.toLowerCase(Locale.ROOT), name);
          if (other == null) {
            problem(name, value).ifPresent(problems::add);
          } else {
            problems.add(
                new InvalidSpec(
                    "DuplicateSetting",
                    field(name),
                    "the setting %s is written twice: %s and %s"
                        .formatted(name.toLowerCase(Locale.ROOT), other, name),
                    "Remove one of them"));
          }
        });
    return problems;
  }

  private static Optional<InvalidSpec> problem(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      return Optional.of(
          new InvalidSpec(
              "InvalidSettingName",
              field(name),
              "\"" + name + "\" is not the name of a setting",
              "Write letters, digits and underscores, with at most one dot"));
    }
    String lower = name.toLowerCase(Locale.ROOT);
    String decidedBy = lower.startsWith("pglet.") ? "pglet keeps notes there" : FIXED.get(lower);
    if (decidedBy != null) {
      return Optional.of(
          new InvalidSpec(
              "FixedSetting",
              field(name),
              "the setting " + lower + " cannot be set here: " + decidedBy,
              "Remove it from spec.parameters"));
    }
    if (value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
      return Optional.of(
          new InvalidSpec(
              "InvalidSettingValue",
              field(name),
              "the value of " + lower + " holds a line break or a control character",
              "Write it in one line"));
    }
    return Optional.empty();
  }

  /** The path of a setting's field. */
  public static String field(String name) {
    return "spec.parameters." + name;
  }
}
