package dev.pglet.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestManifestPatches {
  private static final ResourceKey A = ResourceKey.of("PostgreSQLInstance", "a");
  private static final ResourceKey B = ResourceKey.of("PostgreSQLInstance", "b");

  @TempDir private Path temp;
  private final TestingClock clock = new TestingClock();
  private Path root = Path.of("/");
  private ManifestDirectory directory = directory(root);

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.toRealPath().resolve("manifests"));
    directory = directory(root);
  }

  @Test
  void patchesADocumentAndLeavesTheOthersAndTheCommentsAlone() throws Exception {
    String b =
        Manifests.instance("b").replace("spec:", "# what it shall be\nspec: # soon more")
            + "  parameters: # ours\n    # in MB\n    work_mem: 4MB # a lot\n    jit: 'off'\n";
    write("a.yaml", Manifests.instance("a") + "---\n" + b);
    settled();
    ObjectNode patch =
        Manifests.patch(
            """
            metadata: {annotations: {pglet.dev/paused: "true"}}
            spec:
              version: "16"
              network: {port: 5433}
              parameters: {work_mem: 8MB, jit: null}
            """);
    assertThat(directory.patch(B, patch).change()).isEqualTo(Change.CONFIGURED);
    assertThat(root.resolve("a.yaml"))
        .content()
        .isEqualTo(
            Manifests.instance("a")
                + "---\n"
                + b.replace("17", "16")
                    .replace("4MB", "8MB")
                    .replace("    jit: 'off'\n", "")
                    .replace(
                        "name: b\n", "name: b\n  annotations:\n    pglet.dev/paused: \"true\"\n")
                + "  network:\n    port: 5433\n");
    assertThat(directory.scan().complete()).as("accepted at once").isTrue();
    assertThat(directory.patch(B, patch).change()).isEqualTo(Change.UNCHANGED);
  }

  @Test
  void whoeverReviewsAPatchSeesItAsItWouldStandInTheFile() throws Exception {
    String text = Manifests.instance("b") + "---\n" + Manifests.instance("a");
    write("a.yaml", text);
    settled();
    ObjectNode patch = Manifests.patch("{spec: {version: \"16\"}}");

    assertThatThrownBy(
            () ->
                directory.patch(
                    A, patch, edited -> List.of(edited.problem("spec.version", "is too old"))))
        .isInstanceOf(ManifestRejected.class)
        .hasMessage(
            root.resolve("a.yaml")
                + ":%d:3: spec.version: is too old"
                    .formatted(2 * Manifests.instance("a").lines().count() + 1));
    assertThat(root.resolve("a.yaml")).content().isEqualTo(text);

    directory.patch(A, patch, edited -> List.of());
    assertThat(root.resolve("a.yaml")).content().contains("\"16\"");
  }

  @Test
  void aPatchAndItsOppositeLeaveTheTextAsItWas() throws Exception {
    String text = Manifests.instance("a") + "  network:\n    port: 5433\n";
    write("a.yaml", text);
    settled();
    directory.patch(
        A,
        Manifests.patch(
            "{metadata: {labels: {a: b}, annotations: {c: d}}, spec: {parameters: {jit: 'off'}}}"));
    directory.patch(
        A,
        Manifests.patch(
            "{metadata: {labels: {a: null}, annotations: {c: null}}, spec: {parameters: {jit: null}}}"));
    assertThat(root.resolve("a.yaml")).content().isEqualTo(text);
    directory.patch(A, Manifests.patch("{spec: {network: {port: null}}}"));
    assertThat(root.resolve("a.yaml"))
        .as("an empty mapping may mean something")
        .content()
        .isEqualTo(Manifests.instance("a") + "  network: {}\n");
    directory.patch(
        A,
        Manifests.patch("{metadata: {labels: {x: null}}, spec: {performance: {workMem: null}}}"));
    assertThat(root.resolve("a.yaml"))
        .content()
        .isEqualTo(Manifests.instance("a") + "  network: {}\n");
  }

  @Test
  void aPatchThatMakesNoGoodManifestWritesNothingAndNamesThePlace() throws Exception {
    write("a.yaml", Manifests.instance("a"));
    settled();
    assertThatThrownBy(() -> directory.patch(A, Manifests.patch("{spec: {network: {port: many}}}")))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("a.yaml:8:5: spec.network.port: must be a whole number");
    assertThatThrownBy(() -> directory.patch(A, Manifests.patch("{spec: {versoin: '16'}}")))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("did you mean \"version\"?");
    for (String patch :
        List.of(
            "{kind: Branch}",
            "{status: {phase: Running}}",
            "{metadata: {name: b}}",
            "{metadata: null}",
            "{spec: [1]}")) {
      assertThatThrownBy(() -> directory.patch(A, Manifests.patch(patch)))
          .as(patch)
          .isInstanceOf(ManifestRejected.class)
          .hasMessageContaining("cannot be patched");
    }
    assertThatThrownBy(() -> directory.patch(B, Manifests.patch("{spec: {}}")))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("no manifest here defines postgresqlinstance/b");
    assertThat(root.resolve("a.yaml")).content().isEqualTo(Manifests.instance("a"));
  }

  @Test
  void replacesADocumentOnlyWhileItIsWhatItsEditorHasSeen() throws Exception {
    String b = "# b\n" + Manifests.instance("b") + "# end\n";
    write("a.yaml", Manifests.instance("a") + "---\n" + b);
    settled();
    directory.writeStatus(B, status("Running"));
    String seen = directory.document(B).orElseThrow().text();
    assertThat(seen).isEqualTo(b);
    directory.writeStatus(B, status("Stopped"));

    String mine = seen.replace("17", "16");
    assertThat(directory.replace(B, seen, mine).orElseThrow().change())
        .isEqualTo(Change.CONFIGURED);
    assertThat(root.resolve("a.yaml"))
        .content()
        .isEqualTo(
            Manifests.instance("a")
                + "---\n"
                + mine.replace("# end", "status:\n  phase: Stopped\n# end"));
    assertThat(directory.replace(B, seen, seen.replace("17", "15"))).isEmpty();
    assertThat(root.resolve("a.yaml")).content().doesNotContain("15");
    assertThatThrownBy(() -> directory.replace(B, mine, Manifests.instance("c")))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("a resource cannot be renamed");
    assertThat(directory.document(ResourceKey.of("PostgreSQLInstance", "c"))).isEmpty();
  }

  private static ObjectNode status(String phase) {
    return JsonNodeFactory.instance.objectNode().put("phase", phase);
  }

  private ManifestDirectory directory(Path root) {
    return new ManifestDirectory(root, Manifests.KINDS, clock, TrustRule.ofOrdinaryUser(), clock);
  }

  private Snapshot settled() {
    Snapshot first = directory.scan();
    first.settleIn().ifPresent(clock::advance);
    return directory.scan();
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
