package dev.pglet.manifest.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestStatusModes {
  private static final KindRegistry KINDS =
      new KindRegistry(List.of(CrdDefinition.of(PostgreSQLInstance.class, "v1")));
  private static final ResourceKey A = ResourceKey.of("PostgreSQLInstance", "a");

  @TempDir private Path temp;
  private Path root;
  private Path statuses;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.toRealPath().resolve("manifests"));
    statuses = temp.toRealPath().resolve("status");
    Files.writeString(root.resolve("a.yaml"), manifest("a"));
  }

  private static String manifest(String name) {
    return "apiVersion: pglet.dev/v1alpha1\nkind: PostgreSQLInstance\nmetadata: {name: %s}\n"
        .formatted(name);
  }

  private ManifestSource open(StatusMode mode, Path manifests) {
    ManifestSource source =
        mode.apply(
            new ManifestDirectory(
                manifests,
                KINDS,
                InstantSource.fixed(Instant.parse("2100-01-01T00:00:00Z")),
                TrustRule.ofOrdinaryUser(),
                (_, _) -> {}),
            statuses);
    source.scan();
    return source;
  }

  private static ObjectNode status(String phase) {
    return JsonNodeFactory.instance.objectNode().put("phase", phase).put("port", 5433);
  }

  @Test
  void inlineWritesIntoTheManifest() throws Exception {
    assertThat(open(StatusMode.INLINE, root).writeStatus(A, status("Running")))
        .isEqualTo(StatusWrite.WRITTEN);
    assertThat(root.resolve("a.yaml")).content().contains("phase: Running");
    assertThat(statuses).doesNotExist();
  }

  @Test
  void aSidecarLeavesTheManifestAloneAndGoesWithIt() throws Exception {
    ManifestSource source = open(StatusMode.SIDECAR, root);
    assertThat(source.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.WRITTEN);
    assertThat(source.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.EQUAL);
    assertThat(root.resolve("a.yaml")).content().isEqualTo(manifest("a"));
    Path sidecar = statuses.resolve("postgresqlinstance.default.a.yaml");
    assertThat(sidecar)
        .content()
        .isEqualTo(
            """
            # Written by pglet, which overwrites what is changed here.
            apiVersion: pglet.dev/v1alpha1
            kind: PostgreSQLInstance
            metadata:
              name: a
              namespace: default
              annotations:
                pglet.dev/manifest: %s
            status:
              phase: Running
              port: 5433
            """
                .formatted(root.resolve("a.yaml")));
    assertThat(source.writeStatus(A, status("Stopped"))).isEqualTo(StatusWrite.WRITTEN);
    assertThat(sidecar).content().contains("phase: Stopped");
    assertThat(source.writeStatus(ResourceKey.of("PostgreSQLInstance", "b"), status("x")))
        .isEqualTo(StatusWrite.DROPPED);

    source.delete(A);
    source.scan();
    assertThat(statuses).isEmptyDirectory();
  }

  @Test
  void volatileFieldsReachASidecarOnlyWithARealChange() throws Exception {
    VolatileFields port = new VolatileFields(Set.of("/port"));
    Path sidecar = statuses.resolve("postgresqlinstance.default.a.yaml");
    open(StatusMode.SIDECAR, root).writeStatus(A, status("Running"), port);
    String first = Files.readString(sidecar);
    ManifestSource later = open(StatusMode.SIDECAR, root);
    assertThat(later.writeStatus(A, status("Running").put("port", 1), port))
        .isEqualTo(StatusWrite.EQUAL);
    assertThat(sidecar).content().isEqualTo(first);
    assertThat(later.writeStatus(A, status("Stopped").put("port", 2), port))
        .isEqualTo(StatusWrite.WRITTEN);
    assertThat(sidecar).content().contains("port: 2");
    Files.writeString(sidecar, "spoiled: [");
    assertThat(later.writeStatus(A, status("Stopped").put("port", 2), port))
        .isEqualTo(StatusWrite.WRITTEN);
  }

  @Test
  void aManifestThatIsOutOfSightKeepsItsSidecar() throws Exception {
    ManifestSource source = open(StatusMode.SIDECAR, root);
    source.writeStatus(A, status("Running"));
    Files.move(root, root.resolveSibling("away"));
    source.scan();
    assertThat(statuses).isNotEmptyDirectory();
  }

  @Test
  void whatAProcessBeforeHasLeftIsRemovedForItsOwnRootOnly() throws Exception {
    Path other = Files.createDirectory(temp.toRealPath().resolve("other"));
    Files.writeString(other.resolve("b.yaml"), manifest("b"));
    open(StatusMode.SIDECAR, other)
        .writeStatus(ResourceKey.of("PostgreSQLInstance", "b"), status("Running"));
    open(StatusMode.SIDECAR, root).writeStatus(A, status("Running"));
    Files.writeString(statuses.resolve("mine.yaml"), "a: 1\n");
    Files.writeString(root.resolve("a.yaml"), manifest("c"));

    open(StatusMode.SIDECAR, root);
    assertThat(names()).containsExactlyInAnyOrder("mine.yaml", "postgresqlinstance.default.b.yaml");
    open(StatusMode.NONE, other);
    assertThat(names()).containsExactly("mine.yaml");
  }

  @Test
  void noneWritesNothing() throws Exception {
    assertThat(open(StatusMode.NONE, root).writeStatus(A, status("Running")))
        .isEqualTo(StatusWrite.EQUAL);
    assertThat(root.resolve("a.yaml")).content().isEqualTo(manifest("a"));
    assertThat(statuses).doesNotExist();
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(statuses)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }
}
