package dev.pglet.branch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.RunAs;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a branch's marker remembers of the clone, so that the branch needs its source no more.
 *
 * @param source {@code postgresqlinstance/NAME} or {@code branch/NAME}
 * @param sourceUid the uid of that resource
 * @param runWith what the source was last run with
 * @param database the first database of the source
 * @param owner its owner
 * @param parameters the settings of the source by name
 * @param lsn the WAL position that the clone holds; empty for a source that did not run
 * @param time RFC 3339, when the clone was taken
 * @param shared whether the data shared its blocks with the source's; empty when not known
 * @param sanitized whether what would act on the outside world has been removed
 */
record CloneFacts(
    String source,
    String sourceUid,
    RunWith runWith,
    String database,
    String owner,
    Map<String, String> parameters,
    String lsn,
    String time,
    Optional<Boolean> shared,
    boolean sanitized) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<TreeMap<String, String>> SETTINGS = new TypeReference<>() {};

  CloneFacts {
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  CloneFacts afterSanitizing() {
    return new CloneFacts(
        source, sourceUid, runWith, database, owner, parameters, lsn, time, shared, true);
  }

  CloneFacts takenAt(String newLsn, String newTime) {
    return new CloneFacts(
        source,
        sourceUid,
        runWith,
        database,
        owner,
        parameters,
        newLsn,
        newTime,
        shared,
        sanitized);
  }

  Map<String, String> toMarker() {
    try {
      Map<String, String> facts = new HashMap<>();
      facts.put("source", source);
      facts.put("sourceUid", sourceUid);
      facts.put("sourceVersion", runWith.version());
      facts.put("sourceBinaries", runWith.binaries());
      facts.put("database", database);
      facts.put("owner", owner);
      facts.put("parameters", JSON.writeValueAsString(parameters));
      facts.put("lsn", lsn);
      facts.put("time", time);
      shared.ifPresent(known -> facts.put("shared", known.toString()));
      facts.put("sanitized", Boolean.toString(sanitized));
      return facts;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of strings is always JSON", e);
    }
  }

  /** Empty for a marker of a branch that has not been cloned yet. */
  static Optional<CloneFacts> of(VolumeMarker marker) {
    if (marker.fact("source") == null) {
      return Optional.empty();
    }
    return Optional.of(
        new CloneFacts(
            text(marker.fact("source")),
            text(marker.fact("sourceUid")),
            new RunWith(
                text(marker.fact("sourceVersion")),
                text(marker.fact("sourceBinaries")),
                RunAs.name(marker)),
            text(marker.fact("database")),
            text(marker.fact("owner")),
            settings(marker.fact("parameters")),
            text(marker.fact("lsn")),
            text(marker.fact("time")),
            Optional.ofNullable(marker.fact("shared")).map(Boolean::valueOf),
            Boolean.parseBoolean(marker.fact("sanitized"))));
  }

  private static String text(@Nullable String fact) {
    return fact == null ? "" : fact;
  }

  private static Map<String, String> settings(@Nullable String json) {
    try {
      return json == null ? Map.of() : JSON.readValue(json, SETTINGS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the parameters in a branch's marker are not JSON", e);
    }
  }
}
