package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.annotated;
import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.Difference;
import dev.pglet.reconcile.Preview.PlannedStep;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.testing.Rig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would be done, with an engine and without one. */
final class TestWhatIf {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void box() throws Exception {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3, colour: red"));
    rig.start().converge();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Engine engine() {
    return rig.engine().engine();
  }

  private Observed observed() throws Exception {
    Settings settings =
        new Settings(rig.dataRoot(), rig.dataRoot().resolve("run"), Optional.empty(), false);
    return Observed.open(
        EngineParts.of(settings, List.of(rig.provider()), rig.manifests(), rig.time(), rig.time()));
  }

  private static Difference changed(String field, String before, String after) {
    return new Difference(field, Optional.of(before), Optional.of(after));
  }

  @Test
  void showsTheFieldsThatChangeAndTheStepsWithTheirRisk() throws Exception {
    Preview preview = engine().preview(BOX, document("box", "size: 3, colour: red, lid: oak"));

    assertThat(preview.differences())
        .containsExactly(new Difference("spec.lid", Optional.empty(), Optional.of("oak")));
    assertThat(preview.steps())
        .containsExactly(
            new PlannedStep("ChangeLid", "changing the lid to a oak one", Risk.RESTART),
            new PlannedStep("Open", "opening the box", Risk.SAFE));
    assertThat(preview.created()).isFalse();
    assertThat(preview.differs()).isTrue();
    assertThat(preview.planId()).isEmpty();
  }

  @Test
  void changesNothingAndTellsNobody() throws Exception {
    int acts = rig.host().acts().size();
    int writes = rig.manifests().statusWrites();
    int events = engine().events().size();
    long version = engine().resourceVersion();

    engine().preview(BOX, document("box", "size: 7, colour: green"));
    engine().preview(key("other"), document("other", "size: 1"));
    engine().previewDeletion(BOX);
    rig.engine().advance(java.time.Duration.ofMinutes(10));

    assertThat(rig.host().acts()).hasSize(acts);
    assertThat(rig.manifests().statusWrites()).isEqualTo(writes);
    assertThat(engine().events()).hasSize(events);
    assertThat(engine().resourceVersion()).isEqualTo(version);
    assertThat(engine().get(key("other"))).isEmpty();
    assertThat(engine().preview(BOX).orElseThrow().differs()).isFalse();
  }

  @Test
  void noDifferenceIsNone() throws Exception {
    Preview same =
        engine().preview(BOX, "# another comment\n" + document("box", "colour: red, size: 3"));

    assertThat(same.differs()).isFalse();
    assertThat(same.differences()).isEmpty();
    assertThat(same.steps()).isEmpty();
  }

  @Test
  void thePlanIdIsTheOneThatConsents() throws Exception {
    String bigger = document("box", "size: 4, colour: red");
    Preview preview = engine().preview(BOX, bigger);
    assertThat(preview.steps()).extracting(PlannedStep::risk).containsExactly(Risk.DESTRUCTIVE);
    assertThat(preview.differences()).containsExactly(changed("spec.size", "3", "4"));

    engine()
        .apply(
            annotated(
                "box",
                "size: 4, colour: red",
                "pglet.dev/confirm",
                preview.planId().orElseThrow()));
    assertThat(rig.engine().converge().succeeded()).isTrue();

    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(4);
  }

  @Test
  void whoeverLooksWithoutADaemonSeesTheSameAsTheDaemon() throws Exception {
    String bigger = annotated("box", "size: 4, colour: red", "team", "shop");
    Preview withDaemon = engine().preview(BOX, bigger);
    rig.stop();
    rig.manifests().put(document("box", "size: 5, colour: blue"));

    Observed observed = observed();
    assertThat(observed.preview(BOX, bigger)).isEqualTo(withDaemon);
    assertThat(
            observed.preview(BOX, rig.manifests().document(BOX).orElseThrow().text()).differences())
        .as("what the last daemon had accepted is what it is compared with")
        .containsExactlyInAnyOrder(
            changed("spec.size", "3", "5"), changed("spec.colour", "red", "blue"));
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);
  }

  @Test
  void whatWouldBeNewIsShownWithAllItsFields() throws Exception {
    Preview preview = engine().preview(key("new"), document("new", "size: 2, labels: {a: b}"));

    assertThat(preview.created()).isTrue();
    assertThat(preview.differences())
        .containsExactlyInAnyOrder(
            new Difference("spec.size", Optional.empty(), Optional.of("2")),
            new Difference("spec.labels.a", Optional.empty(), Optional.of("b")));
    assertThat(preview.beyond()).containsExactly("the colour, once it is open");
  }

  @Test
  void whatTheKindRefusesIsAProblemOfItsField() throws Exception {
    Preview preview = engine().preview(BOX, document("box", "size: 101"));

    assertThat(preview.steps()).isEmpty();
    assertThat(preview.differs()).isTrue();
    assertThat(preview.problems())
        .containsExactly(
            new Preview.Problem("spec.size", "size 101 is over 100. Choose a smaller one"));
  }

  @Test
  void anotherRootsResourceIsAProblemToo() throws Exception {
    rig.stop();
    rig.move("second");
    rig.start().converge();

    assertThat(engine().preview(BOX, document("box", "size: 3")).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("exists already"));
  }

  @Test
  void aDeletionIsShownByItsPolicy() throws Exception {
    assertThat(engine().previewDeletion(BOX).orElseThrow().steps())
        .containsExactly(new PlannedStep("Burn", "burning the box of size 3", Risk.DESTRUCTIVE));
    assertThat(engine().previewDeletion(key("nobody"))).isEmpty();
    assertThat(engine().preview(key("nobody"))).isEmpty();
  }

  @Test
  void aDocumentAboutSomethingElseIsRefused() {
    Resources engine = engine();
    assertThatThrownBy(() -> engine.preview(BOX, document("other", "size: 1")))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("is about toy/other, not toy/box");
  }

  @Test
  void aPreviewReadsBackAsItWasWritten() throws Exception {
    Preview preview = engine().preview(BOX, document("box", "size: 4, colour: red"));
    assertThat(Preview.of(preview.json())).isEqualTo(preview);
    Preview refused = engine().preview(BOX, document("box", "size: 101"));
    assertThat(Preview.of(refused.json())).isEqualTo(refused);
    Preview created = engine().preview(key("new"), document("new", "size: 2, on: box"));
    assertThat(Preview.of(created.json())).isEqualTo(created);
  }
}
