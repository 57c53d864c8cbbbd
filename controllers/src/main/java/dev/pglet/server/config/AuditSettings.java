package dev.pglet.server.config;

import dev.pglet.api.v1alpha1.AuditSpec;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The block {@code security.audit} as settings. Pure. */
public final class AuditSettings {
  public static final String LIBRARY = "pgaudit";

  /**
   * Which classes the library logs; typed fields alone give it, so it shows that there is an audit.
   */
  public static final String CLASSES = "pgaudit.log";

  private static final String STATEMENT = "log_statement";
  private static final String FIELD = "spec.security.audit";

  private static final Set<String> OF_LIBRARY =
      Set.of("ddl", "role", "write", "read", "function", "misc", "misc_set", "all");

  /** The names of fields below {@code spec.security.audit}, by the setting that they give. */
  static final Map<String, String> FIELDS =
      Map.of(
          "log_min_messages",
          "logLevel",
          "log_connections",
          "logConnections",
          "log_disconnections",
          "logDisconnections",
          CLASSES,
          "logStatements",
          STATEMENT,
          "logStatements");

  private AuditSettings() {}

  /** All that is wrong, each with its field. */
  public static List<InvalidSpec> problems(AuditSpec wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    boolean written = !wanted.equals(AuditSpec.DEFAULT);
    if (written && wanted.enabled() == null) {
      problems.add(
          new InvalidSpec(
              "AuditOff",
              FIELD,
              "an audit is described and not switched on",
              "Set spec.security.audit.enabled to true, or to false to keep it for later"));
    }
    List<String> classes = wanted.logStatements() == null ? List.of() : wanted.logStatements();
    for (int i = 0; i < classes.size(); i++) {
      String name = classes.get(i);
      if (!OF_LIBRARY.contains(name) && !name.equals("mod")) {
        problems.add(
            new InvalidSpec(
                "UnknownStatementClass",
                FIELD + ".logStatements[" + i + "]",
                "\"" + name + "\" is no class of statements",
                "Write ddl, role, write, read, function, misc, misc_set, mod or all"));
      }
    }
    return problems;
  }

  public static boolean enabled(AuditSpec wanted) {
    return Boolean.TRUE.equals(wanted.enabled());
  }

  /** The settings with the library; see {@link #withoutLibrary}. None when there is no audit. */
  public static Map<String, String> of(AuditSpec wanted) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (!enabled(wanted)) {
      return settings;
    }
    // Statements name no role by themselves.
    settings.put("log_line_prefix", "%m [%p] %q%u@%d %h ");
    String level = wanted.logLevel();
    if (level != null) {
      settings.put("log_min_messages", level);
    }
    boolean profile = wanted.profile() != null;
    settings.put("log_connections", onOff(wanted.logConnections(), profile));
    settings.put("log_disconnections", onOff(wanted.logDisconnections(), profile));
    settings.put(CLASSES, String.join(", ", classes(wanted)));
    return settings;
  }

  private static String onOff(@Nullable Boolean wanted, boolean otherwise) {
    return (wanted == null ? otherwise : wanted) ? "on" : "off";
  }

  private static Set<String> classes(AuditSpec wanted) {
    List<String> written = wanted.logStatements();
    AuditSpec.Profile profile = wanted.profile();
    Set<String> classes = new LinkedHashSet<>();
    Stream<String> all =
        written != null
            ? written.stream()
            : profile == null ? Stream.of() : ofProfile(profile).stream();
    all.forEach(
        name -> {
          if (name.equals("mod")) {
            classes.addAll(List.of("ddl", "write"));
          } else {
            classes.add(name);
          }
        });
    return classes.isEmpty() ? Set.of("none") : classes;
  }

  private static List<String> ofProfile(AuditSpec.Profile profile) {
    return switch (profile) {
      // Who has read or changed personal data, and who was allowed to.
      case gdpr, hipaa -> List.of("ddl", "role", "write", "read");
      // Who has changed what financial reports rest on, and who was allowed to.
      case sox -> List.of("ddl", "role", "write");
    };
  }

  /**
   * The settings where the library is not there: the least {@code log_statement} that logs all that
   * was asked for. What the user wrote by name stays.
   *
   * @param settings by name in lower case, those of {@link #of} among them
   */
  public static void withoutLibrary(Map<String, String> settings) {
    String classes = settings.remove(CLASSES);
    settings.putIfAbsent(STATEMENT, statement(classes == null ? "none" : classes));
  }

  /** What {@code log_statement} is in place of some classes. */
  public static String statement(String classes) {
    List<String> names = Stream.of(classes.split(",", -1)).map(String::strip).toList();
    if (names.stream().anyMatch(List.of("all", "read", "function", "misc", "misc_set")::contains)) {
      return "all";
    }
    if (names.contains("write")) {
      return "mod";
    }
    return names.contains("ddl") || names.contains("role") ? "ddl" : "none";
  }
}
