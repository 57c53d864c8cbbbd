package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.cli.TestingVerb;
import dev.pglet.cli.edit.ConfigCommand;
import dev.pglet.cli.edit.EditCommand;
import dev.pglet.cli.edit.MetadataCommand;
import dev.pglet.cli.edit.PauseCommand;
import dev.pglet.cli.history.RollbackCommand;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.cli.verb.DeleteCommand;
import dev.pglet.daemon.EngineRuns;
import dev.pglet.daemon.verb.DesiredStateCommand;
import dev.pglet.daemon.verb.RequestCommand;
import dev.pglet.manifest.status.StatusMode;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.testing.CrashAtEveryStep;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.ToyProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pglet dies before and after each act and each write while it does what a verb asks for, and is
 * asked again in its next life: in the end all is as if it had lived on, and nothing was made or
 * destroyed once more.
 */
final class TestCrashAtEveryVerb {
  private static final ResourceKey BOX = key("box");

  /** The engine that is killed is what runs. */
  private static final EngineRuns NO_RUNS =
      new EngineRuns() {
        @Override
        public int watch(Path manifests) {
          throw new AssertionError("a verb watches nothing");
        }

        @Override
        public boolean once(Session session, Path manifests, boolean prune, Duration timeout) {
          throw new AssertionError("only the directories of the keys are run");
        }

        @Override
        public boolean onceForAll(Session session, Set<ResourceKey> keys, Duration timeout) {
          return true;
        }
      };

  @TempDir(factory = InMemory.class)
  private Path directory;

  private BoxesOnDisk boxes(BoxesOnDisk.Act act) throws IOException {
    return new BoxesOnDisk(Files.createTempDirectory(directory, "crash"), act)
        .write("box.yaml", "# mine\n" + document("box", "size: 3, colour: red # as ever\n"))
        .write("above.yaml", document("above", "size: 2, on: box"));
  }

  /** A verb of the command line, done by the engine itself. */
  private BoxesOnDisk.Act verb(Command command, String... arguments) {
    return engine -> {
      TestingVerb verb = new TestingVerb(command, ToyProvider::registry, engine, directory);
      assertThat(verb.run(arguments)).as(verb.out() + verb.err()).isZero();
    };
  }

  private BoxesOnDisk.Act stopping(String name) {
    return verb(DesiredStateCommand.stop(NO_RUNS), name);
  }

  private static void replace(Path file, String what, String by) throws Refused {
    try {
      Files.writeString(file, Files.readString(file).replace(what, by));
    } catch (IOException e) {
      throw new Refused("EditorFailed", "editing " + file + ": " + e, "", e);
    }
  }

  private String file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "applied", ".yaml"), text).toString();
  }

  private static void verify(CrashAtEveryStep.Factory factory) throws Exception {
    assertThat(CrashAtEveryStep.verify(factory)).isGreaterThan(8);
  }

  private static void nothing(Engine engine) {
    assertThat(engine.rejected()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StatusMode.class)
  void aCreationWhereverStatusesAreWritten(StatusMode mode) throws Exception {
    verify(() -> boxes(TestCrashAtEveryVerb::nothing).statuses(mode));
  }

  @ParameterizedTest
  @EnumSource(StatusMode.class)
  void anApplyThatIsDoneWhileTheBoxIsInUse(StatusMode mode) throws Exception {
    String blue = file(document("box", "size: 3, colour: blue"));

    verify(
        () ->
            boxes(verb(new ApplyCommand(), "-f", blue))
                .statuses(mode)
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void anApplyThatClosesTheBoxMeanwhile() throws Exception {
    String lid = file(document("box", "size: 3, colour: red, lid: glass"));

    verify(() -> boxes(verb(new ApplyCommand(), "-f", lid)).after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void anApplyWithConsentToLoseWhatIsInTheBox() throws Exception {
    String larger = "size: 4, colour: red";
    verify(
        () -> {
          AtomicReference<String> consented = new AtomicReference<>("");
          return boxes(engine -> engine.apply(consented.get()))
              .after(
                  engine -> {
                    Preview preview = engine.preview(BOX, document("box", larger));
                    consented.set(
                        ToyProvider.annotated(
                            "box", larger, "pglet.dev/confirm", preview.planId().orElseThrow()));
                  });
        });
  }

  @Test
  void applyPrune() throws Exception {
    String left = file(document("above", "size: 2"));

    verify(
        () ->
            boxes(verb(new ApplyCommand(), "-f", left, "--prune", "-l", "team=bank"))
                .write("box.yaml", document("box, labels: {team: bank}", "size: 3"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void configSet() throws Exception {
    verify(
        () ->
            boxes(verb(new ConfigCommand(List.of()), "set", "toy/box", "colour=green", "lid=glass"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void configUnset() throws Exception {
    verify(
        () ->
            boxes(verb(new ConfigCommand(List.of()), "unset", "toy/box", "colour"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void pauseKeepsAnEditFromBeingDone() throws Exception {
    verify(
        () ->
            boxes(
                    engine -> {
                      verb(PauseCommand.pause(), "toy/box").on(engine);
                      verb(new ConfigCommand(List.of()), "set", "toy/box", "colour=blue")
                          .on(engine);
                    })
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void resumeLetsItBeDone() throws Exception {
    verify(
        () ->
            boxes(verb(PauseCommand.resume(), "toy/box"))
                .after(verb(PauseCommand.pause(), "toy/box"))
                .after(verb(new ConfigCommand(List.of()), "set", "toy/box", "colour=blue")));
  }

  @Test
  void rollback() throws Exception {
    verify(
        () ->
            boxes(verb(new RollbackCommand(), "toy/box", "--to", "1"))
                .after(verb(new ConfigCommand(List.of()), "set", "toy/box", "colour=blue"))
                .after(verb(new ConfigCommand(List.of()), "set", "toy/box", "lid=glass")));
  }

  @Test
  void edit() throws Exception {
    verify(
        () ->
            boxes(
                    verb(
                        new EditCommand(
                            file -> replace(file, "red # as ever", "blue # for a change")),
                        "toy/box"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void label() throws Exception {
    verify(
        () ->
            boxes(verb(MetadataCommand.label(), "toy/box", "team=bank", "--overwrite"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void anAnnotationThatIsReplacedAndOneThatIsRemoved() throws Exception {
    verify(
        () ->
            boxes(
                    verb(
                        MetadataCommand.annotate(),
                        "toy/box",
                        "example.com/owner=me",
                        "example.com/until-",
                        "--overwrite"))
                .after(
                    verb(
                        MetadataCommand.annotate(),
                        "toy/box",
                        "example.com/owner=you",
                        "example.com/until=today")));
  }

  @Test
  void stop() throws Exception {
    verify(() -> boxes(stopping("toy/above")).after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void start() throws Exception {
    verify(
        () ->
            boxes(verb(DesiredStateCommand.start(NO_RUNS), "toy/above"))
                .after(stopping("toy/above")));
  }

  private static Optional<String> asked(Engine engine, String what) {
    return engine
        .get(BOX)
        .map(box -> box.path("metadata").path("annotations").path("pglet.dev/" + what).asText(""))
        .filter(id -> !id.isEmpty());
  }

  /** Whoever was not answered looks whether he was heard before he asks once more. */
  private void onceForEachTimeItIsAskedFor(RequestCommand command, String what, String step)
      throws Exception {
    verify(
        () -> {
          AtomicReference<Optional<String>> before = new AtomicReference<>(Optional.empty());
          BoxesOnDisk.Act ask =
              engine -> {
                if (asked(engine, what).equals(before.get())) {
                  verb(command, "toy/box").on(engine);
                }
              };
          return boxes(ask)
              .having(step + " toy/box", 2)
              .after(
                  engine -> {
                    ask.on(engine);
                    before.set(asked(engine, what));
                  });
        });
  }

  @Test
  void restart() throws Exception {
    onceForEachTimeItIsAskedFor(RequestCommand.restart(NO_RUNS), "restart", "Restart");
  }

  @Test
  void reload() throws Exception {
    onceForEachTimeItIsAskedFor(RequestCommand.reload(NO_RUNS), "reload", "Reload");
  }

  /** What {@code run --once --prune} finds gone, and leaves alone without {@code --prune}. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRunThatPrunesOrNot(boolean prune) throws Exception {
    verify(
        () -> {
          BoxesOnDisk boxes =
              boxes(verb(new ConfigCommand(List.of()), "set", "toy/box", "colour=blue"))
                  .pruning(prune);
          boxes.after(TestCrashAtEveryVerb::nothing);
          Files.delete(boxes.root().resolve("above.yaml"));
          return boxes;
        });
  }

  @Test
  void anOperationIsDoneOnce() throws Exception {
    verify(
        () ->
            boxes(verb(new ConfigCommand(List.of()), "set", "toy/box", "contents=books"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void anOperationThatFollowsAnother() throws Exception {
    verify(
        () ->
            boxes(verb(new ConfigCommand(List.of()), "set", "toy/box", "contents=books"))
                .after(verb(new ConfigCommand(List.of()), "set", "toy/box", "contents=tools")));
  }

  @Test
  void aDeletionThatDestroys() throws Exception {
    verify(
        () ->
            boxes(verb(new DeleteCommand(), "toy/above", "--ignore-not-found"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void aDeletionThatKeeps() throws Exception {
    verify(
        () ->
            boxes(verb(new DeleteCommand(), "toy/above", "--ignore-not-found"))
                .write("above.yaml", document("above", "size: 2, on: box, keep: true"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void aDeletionOfAllDataWhateverThePolicy() throws Exception {
    verify(
        () ->
            boxes(engine -> engine.deleteData(key("above")))
                // Until it is asked again, a manifest that is gone keeps the data, as it says.
                .notComparing("Abandon toy/above")
                .write("above.yaml", document("above", "size: 2, on: box, keep: true"))
                .after(TestCrashAtEveryVerb::nothing));
  }

  @Test
  void aDeletionOfDataThatWasKept() throws Exception {
    verify(
        () ->
            boxes(engine -> engine.deleteData(key("above")))
                .write("above.yaml", document("above", "size: 2, on: box, keep: true"))
                .after(engine -> engine.delete(key("above"))));
  }

  @Test
  void theAdoptionOfDataThatWasKept() throws Exception {
    verify(
        () ->
            boxes(engine -> engine.adopt(key("above")))
                .write("above.yaml", document("above", "size: 2, on: box, keep: true"))
                .after(engine -> engine.delete(key("above"))));
  }

  @Test
  void theAdoptionOfABoxOfAnotherRoot() throws Exception {
    verify(
        () ->
            boxes(engine -> engine.adopt(BOX))
                .after(TestCrashAtEveryVerb::nothing)
                .watching("second"));
  }

  @Test
  void theAdoptionByAManifestThatWasRefusedBefore() throws Exception {
    verify(
        () ->
            boxes(engine -> engine.adopt(BOX))
                .after(TestCrashAtEveryVerb::nothing)
                .watching("second")
                .write("box.yaml", document("box", "size: 3, colour: yellow")));
  }

  @Test
  void aManifestThatIsGone() throws Exception {
    verify(
        () -> {
          BoxesOnDisk boxes = boxes(engine -> {});
          boxes.after(TestCrashAtEveryVerb::nothing);
          Files.delete(boxes.root().resolve("above.yaml"));
          return boxes;
        });
  }

  @Test
  void aConfirmedPrune() throws Exception {
    verify(
        () -> {
          BoxesOnDisk boxes = boxes(engine -> engine.confirmPrunes(engine.heldPrunes()));
          boxes.write("other.yaml", document("other", "size: 1"));
          return boxes.after(
              engine -> {
                Files.delete(boxes.root().resolve("above.yaml"));
                Files.delete(boxes.root().resolve("other.yaml"));
              });
        });
  }

  @Test
  void aManifestThatIsKeptForARootThatCannotBeWritten() throws Exception {
    String other = document("other", "size: 1, on: box");
    verify(
        () ->
            boxes(engine -> engine.apply(other)).after(TestCrashAtEveryVerb::nothing).unwritable());
  }

  @Test
  void anEditOfAManifestThatIsKept() throws Exception {
    String other = document("other", "size: 1, on: box");
    verify(
        () ->
            boxes(verb(new ConfigCommand(List.of()), "set", "toy/other", "colour=blue"))
                .unwritable()
                .after(engine -> engine.apply(other)));
  }

  @Test
  void theDeletionOfAManifestThatIsKept() throws Exception {
    String other = document("other", "size: 1, on: box");
    verify(
        () ->
            boxes(verb(new DeleteCommand(), "toy/other", "--ignore-not-found"))
                .unwritable()
                .after(engine -> engine.apply(other)));
  }

  @Test
  void aManifestOfTheUsersThatComesBeforeTheOneThatWasKept() throws Exception {
    String other = document("other", "size: 1, on: box");
    verify(
        () -> {
          BoxesOnDisk boxes = boxes(engine -> {});
          boxes.unwritable().after(engine -> engine.apply(other));
          boxes.write("mine.yaml", other.replace("size: 1", "size: 1, colour: green"));
          return boxes;
        });
  }
}
