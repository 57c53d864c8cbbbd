package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Resources.Change;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.ToyProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestObserved {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void rig() {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3"));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Observed observed() throws Exception {
    Settings settings =
        new Settings(rig.dataRoot(), rig.dataRoot().resolve("run"), Optional.empty(), false);
    return Observed.open(
        EngineParts.of(settings, List.of(rig.provider()), rig.manifests(), rig.time(), rig.time()));
  }

  private static String condition(ObjectNode object, String type) {
    for (JsonNode condition : object.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    throw new AssertionError("no condition " + type + " in " + object);
  }

  @Test
  void showsWhatIsThereAndWhatWouldBeDoneAndDoesAndWritesNothing() throws Exception {
    Observed observed = observed();

    ObjectNode box = observed.get(BOX).orElseThrow();
    assertThat(box.at("/status/phase").asText()).isEqualTo("Absent");
    assertThat(condition(box, "Ready")).isEqualTo("False NoDaemon");
    Preview preview = observed.preview(BOX).orElseThrow();
    assertThat(preview.steps())
        .extracting(Preview.PlannedStep::describe)
        .containsExactly("building a box of size 3", "opening the box");
    assertThat(preview.beyond()).containsExactly("the colour, once it is open");
    assertThat(preview.planId()).isEmpty();
    assertThat(rig.host().acts()).isEmpty();
    assertThat(rig.manifests().statusWrites()).isZero();
    assertThat(Files.exists(rig.dataRoot())).isFalse();
  }

  @Test
  void seesWhatADaemonHasMadeUnderItsUidEvenWhileThatRuns() throws Exception {
    rig.manifests().put(document("above", "on: box"));
    rig.start().converge();
    ObjectNode made = rig.engine().engine().get(key("above")).orElseThrow();

    Observed observed = observed();
    ObjectNode seen = observed.get(key("above")).orElseThrow();

    assertThat(seen.at("/metadata/uid")).isEqualTo(made.at("/metadata/uid"));
    assertThat(seen.path("status")).isEqualTo(made.path("status"));
    assertThat(observed.list(ToyProvider.CRD)).hasSize(2);
    assertThat(observed.preview(key("above")).orElseThrow().differs()).isFalse();
  }

  @Test
  void writesEditManifestsAndNothingElse() throws Exception {
    rig.start().converge();
    rig.stop();
    Observed observed = observed();

    assertThat(observed.apply(document("new", "size: 1")).change()).isEqualTo(Change.CREATED);
    assertThat(observed.apply(document("new", "size: 1")).change()).isEqualTo(Change.UNCHANGED);
    assertThat(observed.delete(BOX)).isTrue();
    assertThat(observed.delete(BOX)).isFalse();
    assertThatThrownBy(() -> observed.apply("{kind: Nonsense, metadata: {name: x}}"))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("unknown kind Nonsense");

    assertThat(rig.host().boxes()).containsOnlyKeys(BOX);
    assertThat(rig.manifests().scan().accepted()).containsOnlyKeys(key("new"));
    assertThat(observed.unmanaged()).extracting(Unmanaged::key).containsExactly(BOX);
  }
}
