package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.kubernetes.api.model.IntOrString;
import org.jspecify.annotations.Nullable;

/**
 * How an instance is watched.
 *
 * @param metricsPort null: no endpoint of its own
 */
public record MonitoringSpec(
    @JsonPropertyDescription(
            "Whether metrics can be scraped and thresholds give conditions. Default true. Change:"
                + " nothing on the server.")
        Boolean enabled,
    @JsonPropertyDescription(
            "TCP port of 127.0.0.1 on which pglet serves this instance's metrics for Prometheus at"
                + " /metrics, while it runs. Default: none. Change: nothing on the server.")
        @Min(1)
        @Max(65535)
        @Nullable Integer metricsPort,
    @JsonPropertyDescription("From where on something is worth a condition and an event.")
        AlertingSpec alerting) {
  public static final MonitoringSpec DEFAULT = new MonitoringSpec(true, null, AlertingSpec.DEFAULT);

  public MonitoringSpec {
    enabled = enabled == null || enabled;
    alerting = alerting == null ? AlertingSpec.DEFAULT : alerting;
  }

  /**
   * Thresholds.
   *
   * @param connectionThreshold a number of client connections, or a share of those allowed
   * @param slowQueryThreshold how long a statement may run
   */
  public record AlertingSpec(
      @JsonPropertyDescription(
              "Client connections from which on the condition ConnectionsHigh is true: a number"
                  + " such as 120, or a share of those allowed such as \"80%\". Default \"80%\"."
                  + " Change: nothing on the server.")
          @SchemaFrom(type = IntOrString.class)
          @Pattern("^([1-9][0-9]{0,5}|([1-9][0-9]?|100)%)$")
          String connectionThreshold,
      @JsonPropertyDescription(
              "Share of the data's file system from which on the condition DiskUsageHigh is true."
                  + " Default \"85%\". Change: nothing on the server.")
          @Pattern("^([1-9][0-9]?|100)%$")
          String diskUsageThreshold,
      @JsonPropertyDescription(
              "How long a statement may run before the condition SlowQueries is true, such as"
                  + " 500ms, 3s, 5m or 1h. Default 5m. Change: nothing on the server.")
          @Pattern("^[1-9][0-9]{0,6}(ms|s|m|h)$")
          String slowQueryThreshold) {
    static final AlertingSpec DEFAULT = new AlertingSpec("80%", "85%", "5m");

    public AlertingSpec {
      connectionThreshold =
          connectionThreshold == null ? DEFAULT.connectionThreshold : connectionThreshold;
      diskUsageThreshold =
          diskUsageThreshold == null ? DEFAULT.diskUsageThreshold : diskUsageThreshold;
      slowQueryThreshold =
          slowQueryThreshold == null ? DEFAULT.slowQueryThreshold : slowQueryThreshold;
    }
  }
}
