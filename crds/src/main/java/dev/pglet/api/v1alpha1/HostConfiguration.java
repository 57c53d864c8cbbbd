package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.pglet.api.meta.CrdDefinition;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What holds for all servers of a manifest root; a root has at most one. */
@Group("pglet.dev")
@Version("v1alpha1")
@Kind(HostConfiguration.KIND)
@Plural("hostconfigurations")
@Singular("hostconfiguration")
@ShortNames("hc")
@AdditionalPrinterColumn(name = "Version", jsonPath = ".spec.defaultVersion")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Instances", jsonPath = ".status.instances")
public final class HostConfiguration
    extends CustomResource<HostConfiguration.Spec, HostConfiguration.Status> implements Namespaced {
  public static final String KIND = "HostConfiguration";

  /** Below Linux's ephemeral range. */
  public static final PortRange DEFAULT_PORTS = new PortRange(15432, 16431);

  public static final int DEFAULT_CONCURRENT_RESTARTS = 1;
  private static final long serialVersionUID = 1L;

  public static CrdDefinition definition() {
    return CrdDefinition.of(HostConfiguration.class, "v1")
        .alsoWritten("Configuration")
        .withPlaceholdersBelow("instanceDefaults");
  }

  /**
   * What holds for all servers of the root.
   *
   * @param defaultVersion null: that of this pglet, see {@link
   *     PostgreSQLInstanceSpec#DEFAULT_VERSION}
   * @param instanceDefaults fields of an instance's spec, as they are written; bound when they
   *     become part of an instance's spec
   */
  public record Spec(
      @JsonPropertyDescription(
              "PostgreSQL version of instances that are made without one; an existing instance keeps its version. Default \"18\". Change: nothing on the servers.")
          @SchemaFrom(type = IntOrString.class)
          @Pattern("^[0-9]{2}([.][0-9]{1,2})?$")
          @Nullable String defaultVersion,
      @JsonPropertyDescription(
              "Ports that are given to servers whose port is 0; a port that was given is kept. Default 15432 to 16431. Change: nothing on the servers.")
          PortRange portRange,
      @JsonPropertyDescription(
              "How many servers are restarted at one time for changes of their specs. Default 1. Change: nothing on the servers.")
          @Min(1)
          @Max(1000)
          Integer maxConcurrentRestarts,
      @JsonPropertyDescription(
              "Fields of an instance's spec that hold where neither a template nor the instance writes them. Change: as the field's.")
          Map<String, Object> instanceDefaults) {
    public Spec {
      portRange = portRange == null ? DEFAULT_PORTS : portRange;
      maxConcurrentRestarts =
          maxConcurrentRestarts == null ? DEFAULT_CONCURRENT_RESTARTS : maxConcurrentRestarts;
      instanceDefaults =
          instanceDefaults == null
              ? Map.of()
              : Collections.unmodifiableMap(new LinkedHashMap<>(instanceDefaults));
    }
  }

  /** Ports from the first to the last, both included. */
  public record PortRange(
      @JsonPropertyDescription("The lowest port. Change: nothing on the servers.")
          @Required
          @Min(1024)
          @Max(65535)
          int first,
      @JsonPropertyDescription("The highest port. Change: nothing on the servers.")
          @Required
          @Min(1024)
          @Max(65535)
          int last) {
    public PortRange {
      if (first > last) {
        throw new IllegalArgumentException(
            "first (%d) is above last (%d); write the lower one first".formatted(first, last));
      }
    }
  }

  /**
   * What is true of it. The engine adds {@code observedGeneration} and {@code conditions}.
   *
   * @param instances how many instances it holds for
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Status(
      @Nullable Long observedGeneration,
      @Nullable Integer instances,
      @Nullable List<Condition> conditions) {}
}
