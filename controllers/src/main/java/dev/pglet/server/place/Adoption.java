package dev.pglet.server.place;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a spec says of the cluster that it takes over.
 *
 * @param major the version that it must be of
 * @param commitTimestamps whether the server will go on keeping them
 */
record Adoption(int major, boolean commitTimestamps) {
  static final String COMMIT_TIMESTAMPS = "track_commit_timestamp";

  /** As PostgreSQL reads a boolean setting. */
  private static final Set<String> ON =
      Set.of("on", "true", "tru", "tr", "t", "yes", "ye", "y", "1");

  static Adoption of(PostgreSQLInstanceSpec wanted) {
    return new Adoption(
        Integer.parseInt(wanted.version().split("\\.", -1)[0]),
        keepsCommitTimestamps(wanted.parameters()));
  }

  static boolean keepsCommitTimestamps(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .filter(parameter -> parameter.getKey().equalsIgnoreCase(COMMIT_TIMESTAMPS))
        .anyMatch(parameter -> ON.contains(parameter.getValue().strip().toLowerCase(Locale.ROOT)));
  }
}
