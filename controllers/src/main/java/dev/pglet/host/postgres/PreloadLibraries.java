package dev.pglet.host.postgres;

import dev.pglet.host.postgres.PostgresServer.ConfigurationProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the libraries that a configuration preloads and that are not there: the server would end at
 * its next start, or refuse every session. Stateless.
 */
public final class PreloadLibraries {
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*([A-Za-z_][A-Za-z0-9_.$]*)\\s*=?\\s*(?:'((?:[^']|'')*)'|([^\\s#']+))?.*");
  private static final String LOCAL = "local_preload_libraries";
  private static final List<String> SETTINGS =
      List.of("shared_preload_libraries", "session_preload_libraries", LOCAL);

  private PreloadLibraries() {}

  /** The libraries of a list as the settings hold it, without quotes. */
  public static List<String> names(String list) {
    return items(list, ",");
  }

  static List<ConfigurationProblem> missing(List<String> lines, Binaries binaries) {
    Map<String, Integer> last = new TreeMap<>();
    for (int i = 0; i < lines.size(); i++) {
      last.put(name(lines.get(i)), i);
    }
    List<Path> directories = directories(lines, last, binaries);
    List<ConfigurationProblem> problems = new ArrayList<>();
    for (String setting : SETTINGS) {
      Integer at = last.get(setting);
      if (at != null) {
        for (String library : items(value(lines.get(at)), ",")) {
          if (!exists(library, setting, directories, binaries)) {
            problems.add(problem(at + 1, setting, library, binaries));
          }
        }
      }
    }
    return problems;
  }

  /** The setting that a line of a configuration file sets, in lower case; empty when none. */
  static String name(String line) {
    Matcher matcher = LINE.matcher(line);
    return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
  }

  private static String value(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return "";
    }
    String quoted = matcher.group(2);
    String plain = matcher.group(3);
    return quoted != null ? quoted.replace("''", "'") : plain == null ? "" : plain;
  }

  private static List<Path> directories(
      List<String> lines, Map<String, Integer> last, Binaries binaries) {
    Integer at = last.get("dynamic_library_path");
    if (at == null) {
      return List.of(binaries.libraries());
    }
    return items(value(lines.get(at)), ":").stream()
        .map(directory -> Path.of(expand(directory, binaries)))
        .toList();
  }

  private static boolean exists(
      String library, String setting, List<Path> directories, Binaries binaries) {
    if (library.indexOf('/') >= 0) {
      return present(Path.of(expand(library, binaries)));
    }
    // An ordinary user's session may load only what the administrator put into plugins.
    return setting.equals(LOCAL)
        ? present(binaries.libraries().resolve("plugins").resolve(library))
        : directories.stream().anyMatch(directory -> present(directory.resolve(library)));
  }

  private static boolean present(Path library) {
    return Files.isRegularFile(library) || Files.isRegularFile(Path.of(library + ".so"));
  }

  private static String expand(String path, Binaries binaries) {
    return path.startsWith("$libdir") ? binaries.libraries() + path.substring(7) : path;
  }

  private static List<String> items(String list, String separator) {
    List<String> items = new ArrayList<>();
    for (String item : list.split(separator, -1)) {
      String stripped = item.strip();
      boolean quoted =
          stripped.length() > 1 && stripped.startsWith("\"") && stripped.endsWith("\"");
      String name = quoted ? stripped.substring(1, stripped.length() - 1) : stripped;
      if (!name.isEmpty()) {
        items.add(name);
      }
    }
    return items;
  }

  private static ConfigurationProblem problem(
      int line, String setting, String library, Binaries binaries) {
    return new ConfigurationProblem(
        line,
        setting,
        "the library \"%s\" is not installed in %s for PostgreSQL %s: install the package that has it, or take it out"
            .formatted(library, binaries.libraries(), binaries.version()));
  }
}
