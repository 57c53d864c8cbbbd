package dev.pglet.instance.extension;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What there is of the wanted extensions.
 *
 * @param databases by name: those that exist and in which one is wanted or may have to go
 * @param preloaded libraries that the running server has loaded when it started
 * @param kept libraries that the marker says are needed
 * @param host what packages there are for
 */
public record ExtensionFacts(
    Map<String, InDatabase> databases, List<String> preloaded, List<String> kept, Packages host) {
  public ExtensionFacts {
    databases = Map.copyOf(databases);
    preloaded = List.copyOf(preloaded);
    kept = List.copyOf(kept);
  }

  /**
   * The extensions of one database.
   *
   * @param installed those that matter, by name
   * @param available those of them that are not as wanted and that the binaries have, by name
   */
  public record InDatabase(Map<String, Installed> installed, Map<String, Available> available) {
    public InDatabase {
      installed = Map.copyOf(installed);
      available = Map.copyOf(available);
    }
  }

  /** An extension in a database. */
  public record Installed(String version, String schema) {}

  /**
   * An extension of the binaries.
   *
   * @param versions that can be installed or updated to
   */
  public record Available(Set<String> versions) {
    public Available {
      versions = Set.copyOf(versions);
    }
  }
}
