package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which configuration is in force.
 *
 * @param desiredHash what the spec asks for
 * @param loadedHash what the running server has read; null when it does not run
 * @param pendingRestart names of settings that wait for a restart
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ConfigStatus(
    @Nullable String desiredHash,
    @Nullable String loadedHash,
    @Nullable List<String> pendingRestart) {}
