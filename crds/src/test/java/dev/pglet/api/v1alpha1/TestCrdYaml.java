package dev.pglet.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The checked-in CRD YAML is what the classes say. {@code -Dpglet.crds.write=true} writes it anew.
 */
final class TestCrdYaml {
  private static final Path CHECKED_IN = Path.of("src/main/resources/dev/pglet/crds");
  private static final String SPEC = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  @ParameterizedTest
  @ValueSource(
      classes = {PostgreSQLInstance.class, Branch.class, Template.class, HostConfiguration.class})
  void checkedInYamlIsUpToDate(Class<? extends CustomResource<?, ?>> type, @TempDir Path directory)
      throws IOException {
    String name = CustomResource.getCRDName(type) + "-v1.yml";
    JsonNode crd = generated(type, directory);
    if (type == Template.class) {
      partOfInstance((ObjectNode) crd.at(SPEC), directory);
    } else if (type == HostConfiguration.class) {
      ObjectNode defaults = (ObjectNode) crd.at(SPEC + "/properties/instanceDefaults");
      defaults.remove("additionalProperties");
      partOfInstance(defaults, directory);
      // The default version has a field of its own.
      ((ObjectNode) defaults.path("properties")).remove("version");
    }
    String generated = YAML.writeValueAsString(crd);
    if (Boolean.getBoolean("pglet.crds.write")) {
      Files.writeString(CHECKED_IN.resolve(name), generated);
    }
    assertThat(CHECKED_IN.resolve(name)).content().isEqualTo(generated);
  }

  private static JsonNode generated(Class<? extends CustomResource<?, ?>> type, Path directory)
      throws IOException {
    new CRDGenerator()
        .customResourceClasses(type)
        .forCRDVersions("v1")
        .inOutputDir(directory.toFile())
        .detailedGenerate();
    String name = CustomResource.getCRDName(type) + "-v1.yml";
    return mended(type, YAML.readTree(directory.resolve(name).toFile()));
  }

  /** A class holds a part of an instance's spec as it is written; its schema is the instance's. */
  private static void partOfInstance(ObjectNode schema, Path directory) throws IOException {
    ObjectNode properties =
        generated(PostgreSQLInstance.class, directory).at(SPEC + "/properties").deepCopy();
    properties.remove("template");
    if (schema.at("/properties/extends") instanceof ObjectNode parent) {
      properties.set("extends", parent);
    }
    schema.remove("x-kubernetes-preserve-unknown-fields");
    schema.put("type", "object");
    schema.set("properties", properties);
  }

  /**
   * What the generator cannot say: a setting's value may be a string, a number or a boolean; whole
   * numbers as bounds.
   */
  private static JsonNode mended(Class<?> type, JsonNode crd) {
    JsonNode spec = crd.at(SPEC + "/properties");
    if (spec.get("parameters") instanceof ObjectNode parameters) {
      parameters
          .putObject("additionalProperties")
          .put("x-kubernetes-preserve-unknown-fields", true);
    }
    if (spec.at("/extensions/items/properties/config") instanceof ObjectNode config) {
      config.putObject("additionalProperties").put("x-kubernetes-preserve-unknown-fields", true);
    }
    ArrayNode columns = (ArrayNode) crd.at("/spec/versions/0/additionalPrinterColumns");
    Map<String, JsonNode> byName = new HashMap<>();
    columns.forEach(column -> byName.put(column.path("name").asText(), column));
    columns.removeAll();
    for (AdditionalPrinterColumn column :
        type.getAnnotationsByType(AdditionalPrinterColumn.class)) {
      columns.add(byName.get(column.name()));
    }
    crd.findParents("maximum").forEach(TestCrdYaml::wholeBounds);
    crd.findParents("minimum").forEach(TestCrdYaml::wholeBounds);
    return crd;
  }

  private static void wholeBounds(JsonNode schema) {
    for (String bound : new String[] {"minimum", "maximum"}) {
      if (schema.path(bound).isDouble()) {
        ((ObjectNode) schema).put(bound, schema.path(bound).asLong());
      }
    }
  }
}
