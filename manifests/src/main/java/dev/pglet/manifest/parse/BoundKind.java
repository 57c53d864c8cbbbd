package dev.pglet.manifest.parse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;

/** One kind's schema and class, made ready to check and bind specs. Thread-safe. */
final class BoundKind {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private final CrdDefinition definition;
  private final ObjectNode schema;
  private final SchemaCheck check;
  private final JavaType specType;

  BoundKind(CrdDefinition definition) {
    this.definition = definition;
    this.schema = ClosedSchema.of(definition.schema().required("properties").required("spec"));
    this.check = new SchemaCheck(schema);
    this.specType =
        MAPPER
            .constructType(definition.type())
            .findSuperType(CustomResource.class)
            .containedType(0);
  }

  CrdDefinition definition() {
    return definition;
  }

  JsonNode tree(YamlNode spec) {
    return TypedTree.of(spec, schema);
  }

  /** What is wrong; but for texts whose placeholders are not yet replaced. */
  List<SchemaCheck.Finding> findings(JsonNode tree, YamlNode spec) {
    List<SchemaCheck.Finding> findings = check.findings(tree, spec);
    return definition.placeholders().isEmpty()
        ? findings
        : findings.stream().filter(finding -> !awaitsReplacement(finding, tree)).toList();
  }

  private boolean awaitsReplacement(SchemaCheck.Finding finding, JsonNode tree) {
    String below = definition.placeholders().orElseThrow();
    JsonNode at = tree;
    for (Object step : finding.path()) {
      at = step instanceof Integer index ? at.path(index) : at.path((String) step);
    }
    boolean inside =
        below.isEmpty() ? finding.path().size() > 0 : finding.field("").startsWith(below + ".");
    return inside && at.isTextual() && at.textValue().contains("${") && !finding.unknownField();
  }

  /** Whether a field of the spec is a mapping of names that users choose. */
  boolean isFreeMap(List<String> path) {
    JsonNode at = schema;
    for (String name : path) {
      at = ClosedSchema.field(at, name);
    }
    return at.path("additionalProperties").isObject() && !at.has("properties");
  }

  /**
   * Binds a tree that the schema check found good.
   *
   * @throws Unbindable when the class itself refuses it
   */
  CustomResource<?, ?> bind(ObjectMeta metadata, JsonNode tree) throws Unbindable {
    try {
      Object spec = MAPPER.treeToValue(tree, specType);
      @SuppressWarnings("unchecked") // the spec's type was read off this very class
      CustomResource<Object, ?> resource =
          (CustomResource<Object, ?>) definition.type().getConstructor().newInstance();
      resource.setMetadata(metadata);
      resource.setSpec(spec);
      return resource;
    } catch (JsonMappingException e) {
      throw new Unbindable(e);
    } catch (JsonProcessingException | ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the class " + definition.type().getName() + " of " + definition.kind() + " is broken",
          e);
    }
  }

  /** The record of a spec refuses a value by an exception of its constructor. */
  static final class Unbindable extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient SchemaCheck.Finding finding;

    Unbindable(JsonMappingException e) {
      super(e);
      List<Object> path =
          e.getPath().stream()
              .<Object>map(
                  step -> step.getFieldName() == null ? step.getIndex() : step.getFieldName())
              .toList();
      Throwable cause = e.getCause();
      String message = cause == null ? e.getOriginalMessage() : cause.getMessage();
      this.finding = new SchemaCheck.Finding(path, message == null ? e.toString() : message, false);
    }

    SchemaCheck.Finding finding() {
      return finding;
    }
  }
}
