package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a branch shall be.
 *
 * @param parameters settings by name; they win over those that the branch takes over from its
 *     source
 */
public record BranchSpec(
    @JsonPropertyDescription("What the branch is a clone of. Change: refused.") @Required
        Source source,
    @JsonPropertyDescription(
            "Running; Stopped; or Fenced: the server is down as well, and its configuration is still written. Default Running. Change: the server is started or stopped.")
        DesiredState desiredState,
    @JsonPropertyDescription("Where the server listens; always on loopback.") Network network,
    @JsonPropertyDescription(
            "PostgreSQL settings by name; they win over those of the source. Default: none. Change: reload or restart, as the server says.")
        Map<String, String> parameters,
    @JsonPropertyDescription(
            "What becomes of the data when this manifest is deleted: Retain or Delete. Default Delete. Change: nothing on the server.")
        DeletionPolicy deletionPolicy,
    @JsonPropertyDescription(
            "What deletion does when branches depend on this one. Restrict: it waits until none does. Default Restrict. Change: nothing on the server.")
        ChildPolicy childPolicy) {
  public BranchSpec {
    desiredState = desiredState == null ? DesiredState.Running : desiredState;
    network = network == null ? new Network(0) : network;
    parameters =
        parameters == null
            ? Map.of()
            : Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Delete : deletionPolicy;
    childPolicy = childPolicy == null ? ChildPolicy.Restrict : childPolicy;
  }

  /**
   * What a branch is a clone of: exactly one of {@code instance} and {@code branch}, in the same
   * namespace.
   */
  public record Source(
      @JsonPropertyDescription("Name of the PostgreSQLInstance to clone. Change: refused.")
          @Nullable String instance,
      @JsonPropertyDescription("Name of the Branch to clone. Change: refused.")
          @Nullable String branch,
      @JsonPropertyDescription(
              "Which state of the source: head, its newest. Default head. Change: refused.")
          @Pattern("^head$")
          String at) {
    public Source {
      at = at == null ? "head" : at;
    }
  }

  /** Where a branch's server listens: always on 127.0.0.1. */
  public record Network(
      @JsonPropertyDescription(
              "TCP port. 0: one is allocated once and kept (see status.port). Default 0. Change: restart.")
          @Min(0)
          @Max(65535)
          Integer port) {
    public Network {
      port = port == null ? 0 : port;
    }
  }
}
