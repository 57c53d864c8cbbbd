package dev.pglet.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.Cli;
import dev.pglet.cli.LocalHost;
import dev.pglet.cli.Session;
import dev.pglet.daemon.verb.DesiredStateCommand;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stop --all} where no daemon runs. */
class TestDesiredStateCommand {
  @TempDir Path directory;
  private final TestingBackend backend = new TestingBackend();
  private final Set<ResourceKey> converged = new TreeSet<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private final class Runs implements EngineRuns {
    @Override
    public int watch(Path manifests) {
      throw new AssertionError("stopping watches nothing");
    }

    @Override
    public boolean once(Session session, Path manifests, boolean prune, Duration timeout) {
      throw new AssertionError("only the directories of the keys are run");
    }

    @Override
    public boolean onceForAll(Session session, Set<ResourceKey> keys, Duration timeout) {
      converged.addAll(keys);
      return true;
    }
  }

  private final class Host implements LocalHost {
    @Override
    public Resources observe() {
      return backend;
    }

    @Override
    public List<ObjectNode> events() {
      return List.of();
    }

    @Override
    public List<String> rejected() {
      return List.of();
    }

    @Override
    public Optional<ObjectNode> wholeSpec(
        ResourceKey key, Optional<String> template, String instead) {
      return Optional.empty();
    }

    @Override
    public List<ObjectNode> unmanaged() {
      List<ObjectNode> unmanaged = new ArrayList<>();
      backend.prunes().path("unmanaged").forEach(each -> unmanaged.add((ObjectNode) each));
      return unmanaged;
    }

    @Override
    public SpecRules rules(String kind) {
      return SpecRules.NONE;
    }

    @Override
    public Path manifests() {
      return directory;
    }
  }

  private final class Verbs implements Cli.Verbs {
    @Override
    public Optional<Command> find(String name) {
      return Optional.of(DesiredStateCommand.stop(new Runs()));
    }

    @Override
    public Collection<Command> all() {
      return List.of(DesiredStateCommand.stop(new Runs()));
    }
  }

  private int run(String... arguments) {
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session session =
        new Session(
            new Session.Console(InputStream.nullInputStream(), outStream, errStream),
            new Settings(directory, directory, Optional.empty(), false),
            backend::kinds,
            new Host(),
            InstantSource.system());
    return new Cli(new Verbs(), () -> session, outStream, errStream).run(List.of(arguments));
  }

  private ResourceKey instance(String namespace, String name) {
    ObjectNode object = backend.instance("template", "Running", 1).deepCopy();
    object.putObject("metadata").put("namespace", namespace).put("name", name);
    backend.put(object);
    return new ResourceKey("PostgreSQLInstance", namespace, name);
  }

  private String desired(ResourceKey key) throws Exception {
    return backend.get(key).orElseThrow().at("/spec/desiredState").asText();
  }

  @Test
  void stopsAllNamespacesGoesOnAfterAFailureAndNamesWhatItLeft() throws Exception {
    ResourceKey first = instance("default", "app");
    ResourceKey broken = instance("default", "broken");
    ResourceKey other = instance("team", "app");
    backend.unwritable.add("broken");
    backend.unmanaged("postgresqlinstance/stray", false);
    backend.unmanaged("postgresqlinstance/kept", true);

    assertThat(run("stop", "--all")).isEqualTo(Cli.FAILED);

    assertThat(desired(first)).isEqualTo("Stopped");
    assertThat(desired(other)).isEqualTo("Stopped");
    assertThat(desired(broken)).isEmpty();
    assertThat(converged).contains(first, other).doesNotContain(broken);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("not done: " + broken, "See why", "left as it is: postgresqlinstance/stray")
        .as("only data, no server")
        .doesNotContain("kept");
  }

  @Test
  void aNamespaceThatIsGivenIsTheOnlyOne() throws Exception {
    ResourceKey first = instance("default", "app");
    ResourceKey other = instance("team", "app");

    assertThat(run("stop", "--all", "-n", "team")).isEqualTo(Cli.OK);

    assertThat(desired(first)).isEmpty();
    assertThat(desired(other)).isEqualTo("Stopped");
  }
}
