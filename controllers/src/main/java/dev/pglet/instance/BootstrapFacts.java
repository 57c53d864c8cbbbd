package dev.pglet.instance;

import dev.pglet.api.v1alpha1.BootstrapSpec.Initdb;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
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

  /** What the spec says of data that was made otherwise. */
  static Optional<KindCondition> ignored(Initdb wanted, Map<String, String> facts) {
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

  /** What no initdb can do. */
  static List<InvalidSpec> check(PostgreSQLInstanceSpec wanted) {
    String provider = wanted.bootstrap().initdb().localeProvider();
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
