package dev.pglet.host.binaries;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.host.postgres.PostgresVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The embedded binaries whose checksums are checked in: {@code catalogue.json}, which {@code
 * hack/catalogue} makes. Immutable.
 */
final class Catalogue {
  private final TreeMap<PostgresVersion, Entry> entries = new TreeMap<>();

  /**
   * One version.
   *
   * @param artifactVersion of the artifact that holds it
   * @param checksums SHA-256 in hexadecimal of the artifact, by {@link Architecture#artifactName}
   */
  record Entry(String artifactVersion, Map<String, String> checksums) {}

  private Catalogue() {}

  /**
   * Reads the one of the distribution. A distribution without it is broken, so that is unchecked.
   */
  static Catalogue ofDistribution() {
    try (InputStream json = Catalogue.class.getResourceAsStream("catalogue.json")) {
      return read(new ObjectMapper().readTree(requireNonNull(json, "no catalogue.json")));
    } catch (IOException e) {
      throw new UncheckedIOException("reading catalogue.json", e);
    }
  }

  static Catalogue read(JsonNode json) {
    Catalogue catalogue = new Catalogue();
    json.properties()
        .forEach(
            version -> {
              Map<String, String> checksums = new HashMap<>();
              version
                  .getValue()
                  .required("sha256")
                  .properties()
                  .forEach(sum -> checksums.put(sum.getKey(), sum.getValue().asText()));
              catalogue.entries.put(
                  PostgresVersion.parse(version.getKey()),
                  new Entry(
                      version.getValue().required("artifact").asText(), Map.copyOf(checksums)));
            });
    return catalogue;
  }

  Optional<Entry> entry(PostgresVersion version) {
    return Optional.ofNullable(entries.get(version));
  }

  /** All for the processor, newest first. */
  List<PostgresVersion> versions(Architecture architecture) {
    return entries.descendingMap().entrySet().stream()
        .filter(entry -> entry.getValue().checksums().containsKey(architecture.artifactName()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The newest version for the processor that fits {@code 17} or {@code 17.6}. */
  Optional<PostgresVersion> newest(String wanted, Architecture architecture) {
    return entries.descendingMap().entrySet().stream()
        .filter(entry -> entry.getValue().checksums().containsKey(architecture.artifactName()))
        .map(Map.Entry::getKey)
        .filter(version -> version.matches(wanted))
        .findFirst();
  }
}
