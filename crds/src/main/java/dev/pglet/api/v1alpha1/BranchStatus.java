package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a branch is. A controller leaves {@code observedGeneration} and {@code conditions} absent:
 * the engine sets them.
 *
 * @param phase a summary for people; programs read the conditions
 * @param incarnation counts the builds of this branch's data, from 1
 * @param startTime RFC 3339, when the postmaster started
 * @param restartCount how often the server was started again after it had ended by itself
 * @param lastRestart RFC 3339, when the server was last restarted, for whatever reason
 * @param restartToken the id in {@code pglet.dev/restart} that is done
 * @param reloadToken the id in {@code pglet.dev/reload} that is done
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BranchStatus(
    @Nullable Phase phase,
    @Nullable Long observedGeneration,
    @Nullable Integer incarnation,
    @Nullable Source source,
    @Nullable Integer port,
    @Nullable String version,
    @Nullable String binaries,
    @Nullable Long pid,
    @Nullable String startTime,
    @Nullable ConnectionStatus connection,
    @Nullable String dataDirectory,
    @Nullable String volume,
    @Nullable StorageStatus storage,
    @Nullable PostmasterStatus postmaster,
    @Nullable ConfigStatus config,
    @Nullable CertificatesStatus certificates,
    @Nullable Integer restartCount,
    @Nullable String lastRestart,
    @Nullable String restartToken,
    @Nullable String reloadToken,
    @Nullable List<Condition> conditions) {
  public enum Phase {
    Pending,
    Building,
    Running,
    Starting,
    Stopped,
    Fenced,
    DiskFull,
    Unrecoverable
  }

  /**
   * What the data was cloned from.
   *
   * @param name {@code postgresqlinstance/NAME} or {@code branch/NAME}
   * @param uid the uid of that resource when it was cloned
   * @param lsn the WAL position that the clone holds
   * @param time RFC 3339, when the clone was taken
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Source(
      @Nullable String name, @Nullable String uid, @Nullable String lsn, @Nullable String time) {}
}
