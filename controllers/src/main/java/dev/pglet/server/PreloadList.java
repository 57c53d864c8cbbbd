package dev.pglet.server;

import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PreloadLibraries;
import dev.pglet.host.volume.VolumeMarker;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The one place that says what {@code shared_preload_libraries} is: what the user wrote by name,
 * what the kind wants, and what databases still need. Each once, in an order that the libraries
 * accept.
 */
public final class PreloadList {
  public static final String SETTING = "shared_preload_libraries";

  /**
   * The name of the marker's fact that lists libraries which databases still need, whatever the
   * spec says: the server must not lose them before the extension is dropped.
   */
  public static final String KEPT_FACT = "preload";

  /** Libraries that end the server unless they come before all others. */
  private static final List<String> FIRST = List.of("citus", "timescaledb");

  private PreloadList() {}

  /** What a fact of the marker lists. */
  public static List<String> kept(VolumeMarker marker) {
    String fact = marker.fact(KEPT_FACT);
    return fact == null ? List.of() : PreloadLibraries.names(fact);
  }

  /**
   * The value; empty when nothing is preloaded.
   *
   * @param byName the value that the user wrote or a branch has from its source; what is not
   *     installed of it is refused by the check of the configuration, as everything by name
   * @param wanted what is preloaded if it is installed
   * @param binaries empty while they are not there: all counts as installed
   */
  static Optional<String> value(
      Optional<String> byName, List<String> wanted, Optional<Binaries> binaries) {
    Map<String, String> libraries = new LinkedHashMap<>();
    byName.map(PreloadLibraries::names).orElse(List.of()).forEach(name -> add(libraries, name));
    for (String name : wanted) {
      if (binaries.map(there -> installed(name, there)).orElse(true)) {
        add(libraries, name);
      }
    }
    List<String> sorted = new ArrayList<>(libraries.values());
    sorted.sort(Comparator.comparingInt(PreloadList::rank));
    return sorted.isEmpty()
        ? Optional.empty()
        : Optional.of(sorted.stream().map(PreloadList::quote).collect(Collectors.joining(",")));
  }

  /** Whether these settings preload the library. */
  static boolean contains(Map<String, String> settings, String library) {
    return PreloadLibraries.names(settings.getOrDefault(SETTING, "")).stream()
        .anyMatch(name -> name.equals(library) || name.equals("$libdir/" + library));
  }

  /** Whether the binaries have the library. */
  public static boolean installed(String library, Binaries binaries) {
    return Files.isRegularFile(binaries.libraries().resolve(library + ".so"));
  }

  private static void add(Map<String, String> libraries, String name) {
    libraries.putIfAbsent(name.startsWith("$libdir/") ? name.substring(8) : name, name);
  }

  private static int rank(String library) {
    int rank = FIRST.indexOf(library.substring(library.lastIndexOf('/') + 1));
    return rank < 0 ? FIRST.size() : rank;
  }

  private static String quote(String library) {
    return library.matches("[A-Za-z0-9_./$-]+") ? library : "\"" + library + "\"";
  }
}
