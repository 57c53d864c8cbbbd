package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which configuration is in force.
 *
 * @param desiredHash what the spec asks for
 * @param loadedHash what the running server has read; null when it does not run
 * @param lastGoodHash what a server has last started with, to go back to
 * @param pendingRestart settings that wait for a restart
 * @param errors why the desired configuration is not accepted, in the server's own words
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ConfigStatus(
    @Nullable String desiredHash,
    @Nullable String loadedHash,
    @Nullable String lastGoodHash,
    @Nullable List<PendingRestart> pendingRestart,
    @Nullable List<String> errors) {
  /**
   * A setting that waits for a restart.
   *
   * @param current what the server runs with
   * @param desired what it will run with; null: PostgreSQL's own default
   */
  public record PendingRestart(String name, String current, @Nullable String desired) {}
}
