package dev.pglet.api.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Run by the build: puts each CRD as JSON beside the class of its kind, from where {@link
 * CrdDefinition#of} reads it. Reading the YAML takes some 50 ms in a fresh process.
 */
final class CrdToJson {
  private CrdToJson() {}

  /**
   * Writes them.
   *
   * @param arguments the directory of class files and resources
   */
  public static void main(String[] arguments) throws IOException {
    Path classes = Path.of(arguments[0]);
    List<Path> crds;
    try (Stream<Path> files = Files.list(classes.resolve("dev/pglet/crds"))) {
      crds = files.filter(file -> file.toString().endsWith(".yml")).toList();
    }
    for (Path crd : crds) {
      JsonNode tree = new YAMLMapper().readTree(crd.toFile());
      JsonNode spec = tree.required("spec");
      String kind = spec.required("names").required("kind").asText();
      String version = spec.required("versions").required(0).required("name").asText();
      Path directory = classes.resolve("dev/pglet/api").resolve(version);
      if (!Files.exists(directory.resolve(kind + ".class"))) {
        throw new IllegalStateException(
            "%s is about the kind %s, but there is no class %s in %s"
                .formatted(crd, kind, kind, directory));
      }
      Files.write(
          directory.resolve(kind + CrdDefinition.JSON), new JsonMapper().writeValueAsBytes(tree));
    }
  }
}
