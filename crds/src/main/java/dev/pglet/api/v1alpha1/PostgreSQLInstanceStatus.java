package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance is. A controller leaves {@code observedGeneration} and {@code conditions}
 * absent: the engine sets them.
 *
 * @param phase a summary for people; programs read the conditions
 * @param version the exact version of the binaries in use
 * @param binaries the directory that holds {@code bin/postgres}
 * @param startTime RFC 3339, when the postmaster started
 * @param dataSize bytes of the data directory on disk, measured every few minutes
 * @param connections of clients, open now
 * @param logDirectory where the server writes its log
 * @param restartCount how often the server was started again after it had ended by itself
 * @param lastRestart RFC 3339, when the server was last restarted, for whatever reason
 * @param restartToken the id in {@code pglet.dev/restart} that is done
 * @param reloadToken the id in {@code pglet.dev/reload} that is done
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PostgreSQLInstanceStatus(
    @Nullable Phase phase,
    @Nullable Long observedGeneration,
    @Nullable Integer port,
    @Nullable String version,
    @Nullable String binaries,
    @Nullable Long pid,
    @Nullable String startTime,
    @Nullable ConnectionStatus connection,
    @Nullable String dataDirectory,
    @Nullable String logDirectory,
    @Nullable String volume,
    @Nullable StorageStatus storage,
    @Nullable String systemIdentifier,
    @Nullable Integer timeline,
    @Nullable PostmasterStatus postmaster,
    @Nullable ConfigStatus config,
    @Nullable CertificatesStatus certificates,
    @Nullable Long dataSize,
    @Nullable Integer connections,
    @Nullable HealthStatus health,
    @Nullable List<SqlObjectStatus> roles,
    @Nullable Integer restartCount,
    @Nullable String lastRestart,
    @Nullable String restartToken,
    @Nullable String reloadToken,
    @Nullable List<SqlObjectStatus> databases,
    @Nullable List<SqlObjectStatus> extensions,
    @Nullable List<Condition> conditions) {
  public enum Phase {
    Pending,
    Initializing,
    Starting,
    Recovering,
    Running,
    Stopping,
    Stopped,
    Fenced,
    DiskFull,
    Unrecoverable
  }
}
