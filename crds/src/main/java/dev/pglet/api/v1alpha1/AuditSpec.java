package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of the use of a server is written to its log. Statements are told apart by the library
 * pgaudit where the binaries have it, else by {@code log_statement}.
 *
 * @param enabled null: not written, which is off
 * @param logConnections null: as the profile says
 * @param logDisconnections null: as the profile says
 * @param logStatements classes of statements; null: as the profile says
 * @param profile null: none
 */
public record AuditSpec(
    @JsonPropertyDescription(
            "Whether there is an audit. Default false. Change: reload; the first time a restart where pgaudit is installed.")
        @Nullable Boolean enabled,
    @JsonPropertyDescription(
            "Least severe messages that the server logs: debug5 to debug1, info, notice, warning, error, log, fatal or panic. Default: PostgreSQL's own. Change: reload.")
        @Pattern("^(debug[1-5]|info|notice|warning|error|log|fatal|panic)$")
        @Nullable String logLevel,
    @JsonPropertyDescription(
            "Whether each connection and login is logged. Default: as the profile says, else false. Change: reload; holds for new sessions.")
        @Nullable Boolean logConnections,
    @JsonPropertyDescription(
            "Whether the end and length of each session is logged. Default: as the profile says, else false. Change: reload; holds for new sessions.")
        @Nullable Boolean logDisconnections,
    @JsonPropertyDescription(
            "Classes of statements to log: ddl, role, write, read, function, misc, misc_set, mod (ddl and write) or all. Default: as the profile says, else none. Change: reload.")
        @Nullable List<String> logStatements,
    @JsonPropertyDescription(
            "What is logged where the other fields say nothing: gdpr, hipaa or sox. Default: none. Change: reload.")
        @Nullable Profile profile) {
  public static final AuditSpec DEFAULT = new AuditSpec(null, null, null, null, null, null);

  public AuditSpec {
    logStatements = logStatements == null ? null : List.copyOf(logStatements);
  }

  /** Settings that go together. */
  public enum Profile {
    gdpr,
    hipaa,
    sox
  }
}
