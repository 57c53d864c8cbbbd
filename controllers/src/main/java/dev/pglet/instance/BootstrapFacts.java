package dev.pglet.instance;

import dev.pglet.api.v1alpha1.BootstrapSpec;
import dev.pglet.api.v1alpha1.BootstrapSpec.Initdb;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.host.postgres.FoundCluster;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.server.WalSegmentSize;
import dev.pglet.server.place.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** With what the data was made, as the marker remembers it, and what the spec says of it. Pure. */
final class BootstrapFacts {
  private static final String CHECKSUMS = "dataChecksums";
  private static final String PROVIDER = "localeProvider";
  private static final int FIRST_WITH_ICU = 15;
  private static final int FIRST_WITH_BUILTIN = 17;

  /** What PostgreSQL's own provider knows. */
  private static final Set<String> BUILTIN = Set.of("C", "C.UTF-8", "C.UTF8");

  private BootstrapFacts() {}

  static Map<String, String> of(Initdb initdb) {
    return Map.of(
        CHECKSUMS, Boolean.toString(initdb.dataChecksums()), PROVIDER, initdb.localeProvider());
  }

  /** What the files of data that was taken over say of it. */
  static Map<String, String> of(FoundCluster found) {
    return Map.of(
        CHECKSUMS,
        Boolean.toString(found.dataChecksums()),
        WalSegmentSize.FACT,
        found.walSegmentMegabytes() + "MB");
  }

  /**
   * What the spec says of data that came into being otherwise.
   *
   * @param marker of data that is there
   */
  static Optional<KindCondition> ignored(BootstrapSpec wanted, VolumeMarker marker) {
    boolean adopted = Places.adopted(marker);
    if (adopted && wanted.adopts()) {
      return Optional.empty();
    }
    if (adopted || wanted.adopts()) {
      return Optional.of(
          KindCondition.yes(
              "BootstrapIgnored",
              "AlreadyInitialized",
              adopted
                  ? "spec.bootstrap asks for a new cluster, but the data was there before and adopted; it stays as it is. Set it back to adopt: {}"
                  : "spec.bootstrap.adopt is there, but the data was made by initdb; it stays as it is. Remove the field"));
    }
    return ignored(wanted.madeWith(), marker.facts());
  }

  private static Optional<KindCondition> ignored(Initdb wanted, Map<String, String> facts) {
    List<String> other = new ArrayList<>();
    of(wanted)
        .forEach(
            (name, value) -> {
              String was = facts.getOrDefault(name, value);
              if (!was.equals(value)) {
                other.add(
                    "spec.bootstrap.initdb.%s is %s, but the data was made with %s"
                        .formatted(name, value, was));
              }
            });
    return other.isEmpty()
        ? Optional.empty()
        : Optional.of(
            KindCondition.yes(
                "BootstrapIgnored",
                "AlreadyInitialized",
                String.join("; ", other.stream().sorted().toList())
                    + "; it stays as it is. Set it back, or make a new instance and copy the data with pg_dump"));
  }

  /** What neither initdb nor taking over can do. */
  static List<InvalidSpec> check(PostgreSQLInstanceSpec wanted) {
    return wanted.bootstrap().adopts() ? checkAdoption(wanted) : checkInitdb(wanted);
  }

  private static List<InvalidSpec> checkAdoption(PostgreSQLInstanceSpec wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    if (wanted.bootstrap().initdb() != null) {
      problems.add(
          new InvalidSpec(
              "BootstrapConflict",
              "spec.bootstrap.adopt",
              "spec.bootstrap has both adopt and initdb, and data is either taken over or made",
              "Remove one of the two, wherever it is written: in the manifest, its template or the HostConfiguration"));
    }
    if (wanted.storage().dataDirectory() == null) {
      problems.add(
          new InvalidSpec(
              "NothingToAdopt",
              "spec.bootstrap.adopt",
              "spec.bootstrap.adopt takes over the cluster in spec.storage.dataDirectory, which is not set",
              "Set spec.storage.dataDirectory to the directory of the cluster, or remove spec.bootstrap.adopt"));
    }
    if (wanted.storage().walDirectory() != null) {
      problems.add(
          new InvalidSpec(
              "BootstrapConflict",
              "spec.storage.walDirectory",
              "spec.bootstrap.adopt takes over a cluster as it is, and moves no WAL out of it",
              "Remove spec.storage.walDirectory"));
    }
    return problems;
  }

  private static List<InvalidSpec> checkInitdb(PostgreSQLInstanceSpec wanted) {
    String provider = wanted.bootstrap().madeWith().localeProvider();
    int major = Integer.parseInt(wanted.version().split("\\.", -1)[0]);
    int first =
        switch (provider) {
          case "icu" -> FIRST_WITH_ICU;
          case "builtin" -> FIRST_WITH_BUILTIN;
          default -> 0;
        };
    List<InvalidSpec> problems = new ArrayList<>();
    if (major < first) {
      problems.add(
          new InvalidSpec(
              "LocaleProviderUnsupported",
              "spec.bootstrap.initdb.localeProvider",
              "PostgreSQL %d has no locale provider %s".formatted(major, provider),
              "Choose libc, or version %d or newer".formatted(first)));
    }
    if (provider.equals("builtin") && !BUILTIN.contains(wanted.database().locale())) {
      problems.add(
          new InvalidSpec(
              "LocaleProviderUnsupported",
              "spec.database.locale",
              "the locale provider builtin does not know " + wanted.database().locale(),
              "Choose C.UTF-8 or C, or another spec.bootstrap.initdb.localeProvider"));
    }
    return problems;
  }
}
