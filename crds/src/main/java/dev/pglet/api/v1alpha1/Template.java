package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.pglet.api.meta.CrdDefinition;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.kubernetes.api.model.Condition;
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

/** A part of an instance's spec that several instances of its namespace share. */
@Group("pglet.dev")
@Version("v1alpha1")
@Kind(Template.KIND)
@Plural("templates")
@Singular("template")
@ShortNames("tpl")
@AdditionalPrinterColumn(name = "Extends", jsonPath = ".spec.extends")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Used-By", jsonPath = ".status.usedBy[*]")
public final class Template extends CustomResource<Template.Spec, Template.Status>
    implements Namespaced {
  public static final String KIND = "Template";
  private static final long serialVersionUID = 1L;

  public static CrdDefinition definition() {
    return CrdDefinition.of(Template.class, "v1").withPlaceholdersBelow("");
  }

  /**
   * What a template says: fields of an instance's spec, as they are written. They are bound when
   * they become part of an instance's spec.
   *
   * @param parent the name of the template that it builds on
   */
  public record Spec(
      @JsonProperty("extends")
          @JsonPropertyDescription(
              "Name of the Template that this one builds on: one of this namespace, or a built-in one. Default: none. Change: as the fields that differ.")
          @Pattern("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")
          @Nullable String parent,
      @JsonAnySetter @JsonAnyGetter Map<String, Object> fields) {
    public Spec {
      fields = fields == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }

  /**
   * What is true of a template. The engine adds {@code observedGeneration} and {@code conditions}.
   *
   * @param chain this template and those that it builds on, the root last
   * @param usedBy names of the instances whose spec it is part of, directly or by another template
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Status(
      @Nullable Long observedGeneration,
      @Nullable List<String> chain,
      @Nullable List<String> usedBy,
      @Nullable List<Condition> conditions) {}
}
