package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Which process is the server: the three together name it beyond a reused pid.
 *
 * @param startTicks field 22 of {@code /proc/PID/stat}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PostmasterStatus(long pid, long startTicks, @Nullable String bootId) {}
