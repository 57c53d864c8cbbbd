package dev.pglet.server.place;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.InvalidSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What no directories of a server can be, whatever there is on the host. Pure. */
public final class PlaceRules {
  /** Decided by a directory for archives. */
  private static final Set<String> ARCHIVING =
      Set.of("archive_mode", "archive_command", "archive_library");

  private PlaceRules() {}

  /** All that is wrong, each with its field. */
  public static List<InvalidSpec> problems(PostgreSQLInstanceSpec wanted) {
    Places places = Places.of(wanted);
    List<InvalidSpec> problems = new ArrayList<>();
    Map<String, Path> others = new HashMap<>();
    String pool = wanted.storage().pool();
    if (pool != null) {
      others.put("spec.storage.pool", Path.of(pool).normalize());
    }
    String driver = wanted.storage().driver();
    if (places.data().isPresent()
        && !Set.of(VolumeMarker.ANY_DRIVER, Volumes.PLAIN).contains(driver)) {
      problems.add(
          new InvalidSpec(
              "DriverHasNoData",
              "spec.storage.driver",
              "the driver %s holds what is in the pool, and the data is to be in %s"
                  .formatted(driver, places.data().get()),
              "Remove spec.storage.driver or spec.storage.dataDirectory"));
    }
    places
        .byField()
        .forEach(
            (field, directory) -> {
              if (!directory.normalize().equals(directory)) {
                problems.add(
                    new InvalidSpec(
                        "InvalidDirectory",
                        field,
                        "%s is not the plain path of a directory".formatted(directory),
                        "Write it without . and .."));
              }
              for (Path name : directory) {
                if (name.toString().startsWith(".pglet-")) {
                  problems.add(
                      new InvalidSpec(
                          "InvalidDirectory",
                          field,
                          "%s lies in %s, and such names are pglet's own"
                              .formatted(directory, name),
                          "Choose another directory"));
                }
              }
              others.forEach(
                  (otherField, other) -> {
                    if (overlap(directory, other)) {
                      problems.add(
                          new InvalidSpec(
                              "DirectoriesOverlap",
                              field,
                              "%s and %s of %s are the same, or one lies in the other"
                                  .formatted(directory, other, otherField),
                              "Choose directories beside each other"));
                    }
                  });
              others.put(field, directory);
            });
    if (places.collector().isPresent()) {
      problems.addAll(LogCollector.conflicts(wanted.parameters()));
    }
    if (places.archive().isPresent()) {
      wanted
          .parameters()
          .forEach(
              (name, value) -> {
                if (ARCHIVING.contains(name.toLowerCase(Locale.ROOT))) {
                  problems.add(
                      new InvalidSpec(
                          "SettingConflict",
                          "spec.parameters." + name,
                          "%s is set by name, and spec.storage.archiveDirectory decides it"
                              .formatted(name.toLowerCase(Locale.ROOT)),
                          "Remove one of the two"));
                }
              });
    }
    return problems;
  }

  /** The directories that a spec names. */
  public static List<Path> directories(PostgreSQLInstanceSpec wanted) {
    return List.copyOf(Places.of(wanted).byField().values());
  }

  /** The directories are for one server alone; see {@code SpecRules.claims}. */
  public static Map<String, String> claims(PostgreSQLInstanceSpec wanted) {
    Map<String, String> claims = new HashMap<>();
    Places.of(wanted)
        .byField()
        .forEach((field, directory) -> claims.put(field, "the directory " + directory));
    return claims;
  }

  static boolean overlap(Path one, Path other) {
    return one.startsWith(other) || other.startsWith(one);
  }
}
