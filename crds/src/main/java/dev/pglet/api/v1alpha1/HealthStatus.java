package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well an instance is.
 *
 * @param status {@code healthy}, {@code degraded} or {@code unhealthy}: as the worst of the checks
 * @param lastCheck RFC 3339
 * @param checks in a fixed order; one that could not be made is absent
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HealthStatus(
    @Nullable String status, @Nullable String lastCheck, @Nullable List<Check> checks) {
  /**
   * One check.
   *
   * @param name such as {@code database_connection}
   * @param status {@code pass}, {@code warn} or {@code fail}
   * @param value what was measured, with its unit; it ticks
   * @param message what is wrong and what to do, without numbers that tick; absent when it passes
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Check(
      @Nullable String name,
      @Nullable String status,
      @Nullable String value,
      @Nullable String message) {}
}
