package dev.pglet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Runs one verb on a backend, as if that were observed without a daemon. */
public final class TestingVerb {
  private final Command verb;
  private final Supplier<KindRegistry> kinds;
  private final Resources resources;
  private final Path directory;
  private final Settings settings;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  public TestingVerb(Command verb, TestingBackend backend, Path directory) {
    this(verb, backend::kinds, backend, directory);
  }

  /** On an engine. */
  public TestingVerb(
      Command verb, Supplier<KindRegistry> kinds, Resources resources, Path directory) {
    this(
        verb,
        kinds,
        resources,
        directory,
        new Settings(directory, directory, Optional.empty(), false));
  }

  private TestingVerb(
      Command verb,
      Supplier<KindRegistry> kinds,
      Resources resources,
      Path directory,
      Settings settings) {
    this.verb = verb;
    this.kinds = kinds;
    this.resources = resources;
    this.directory = directory;
    this.settings = settings;
  }

  /** The same on another data root. */
  public TestingVerb of(Settings other) {
    return new TestingVerb(verb, kinds, resources, directory, other);
  }

  private record Only(Command verb) implements Cli.Verbs {
    @Override
    public Optional<Command> find(String name) {
      return Optional.of(verb);
    }

    @Override
    public Collection<Command> all() {
      return List.of(verb);
    }
  }

  private record Host(Resources observe, Path manifests) implements LocalHost {
    @Override
    public List<ObjectNode> events() {
      return List.of();
    }

    @Override
    public List<String> rejected() {
      return List.of();
    }

    @Override
    public List<ObjectNode> unmanaged() {
      return List.of();
    }

    @Override
    public Optional<ObjectNode> wholeSpec(
        ResourceKey key, Optional<String> template, String instead) {
      throw new UnsupportedOperationException("only explain asks for whole specs");
    }

    @Override
    public SpecRules rules(String kind) {
      return SpecRules.NONE;
    }
  }

  /** The exit code. What was printed before is forgotten. */
  public int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session session =
        new Session(
            new Session.Console(InputStream.nullInputStream(), outStream, errStream),
            settings,
            kinds,
            new Host(resources, directory),
            InstantSource.system());
    List<String> words = new ArrayList<>(List.of(verb.spec().name()));
    words.addAll(Arrays.asList(arguments));
    return new Cli(new Only(verb), () -> session, outStream, errStream).run(words);
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
