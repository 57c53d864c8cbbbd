package dev.pglet.reconcile.gitops;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.Toy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The manifests of boxes in a work tree, as a person with an editor sees and changes them. */
record Boxes(TestingRepository repository) {
  /** As strict as the kinds that people have. */
  static final KindRegistry KINDS = new KindRegistry(List.of(definition()));

  private static final String BETWEEN = "---\n";

  private static CrdDefinition definition() {
    String schema =
        """
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer}
              colour: {type: string}
              keep: {type: boolean}
        """;
    try {
      JsonNode tree = new YAMLMapper().readTree(schema);
      return new CrdDefinition(
          Toy.KIND,
          "toys",
          "toy",
          List.of(),
          "pglet.dev/v1alpha1",
          Set.of(),
          Toy.class,
          tree,
          List.of());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new document. What its deletion does follows from its name. */
  static String document(String name, String colour) {
    int number = Integer.parseInt(name.substring(1));
    return """
        # the box %s
        apiVersion: pglet.dev/v1alpha1
        kind: Toy
        metadata:
          name: %s
        spec:
          size: %d
          colour: %s
          keep: %s
        """
        .formatted(name, name, number % 90 + 1, colour, keeps(name));
  }

  static boolean keeps(String name) {
    return Integer.parseInt(name.substring(1)) % 4 == 0;
  }

  /** What a box shall look like. */
  record Wanted(int size, String colour) {}

  /** All manifests of the work tree; empty while one of them is wrong or declared twice. */
  Optional<Map<String, Wanted>> wanted() throws IOException {
    Map<String, Wanted> wanted = new TreeMap<>();
    ManifestReader reader = new ManifestReader(KINDS);
    for (Path file : files()) {
      ManifestReader.Content content = reader.readFile(file);
      if (!content.problems().isEmpty()) {
        return Optional.empty();
      }
      for (Manifest manifest : content.manifests()) {
        var spec = ((Toy) manifest.resource()).getSpec();
        Wanted before =
            wanted.put(
                manifest.key().name(),
                new Wanted(requireNonNull(spec.size()), requireNonNull(spec.colour())));
        if (before != null) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(wanted);
  }

  List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(repository.workTree())) {
      return all.filter(file -> file.toString().endsWith(".yaml"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  List<String> documents(Path file) throws IOException {
    return Files.exists(file)
        ? new ArrayList<>(Arrays.asList(Files.readString(file).split("(?m)^" + BETWEEN, -1)))
        : new ArrayList<>();
  }

  /** Writes a file anew; one without documents is removed. */
  void save(Path file, List<String> documents) throws IOException {
    if (documents.isEmpty()) {
      Files.delete(file);
    } else {
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, String.join(BETWEEN, documents));
    }
  }

  static String painted(String document, String colour) {
    return document.replaceFirst("(?m)^  colour: .*$", "  colour: " + colour);
  }
}
