package dev.pglet.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.Template;
import java.util.List;

/** Texts that many tests start from. */
final class Manifests {
  static final KindRegistry KINDS =
      new KindRegistry(
          List.of(
              PostgreSQLInstance.definition(),
              CrdDefinition.of(Branch.class),
              Template.definition(),
              HostConfiguration.definition()));

  private Manifests() {}

  static String instance(String name) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: %s
        spec:
          version: "17"
        """
        .formatted(name);
  }

  /** A patch, as YAML. */
  static ObjectNode patch(String yaml) {
    try {
      return (ObjectNode) new YAMLMapper().readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(yaml, e);
    }
  }

  static String branch(String name, String instance) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Branch
        metadata:
          name: %s
        spec:
          source:
            instance: %s
        """
        .formatted(name, instance);
  }
}
