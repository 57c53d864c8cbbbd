package dev.pglet.manifest.layer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.Layering;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.FieldPositions.Origin;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.layer.Resolution.Resolved;
import dev.pglet.manifest.layer.Resolution.Unresolved;
import dev.pglet.manifest.parse.DocumentParser.Bound;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts the specs of one kind together. Thread-safe. */
public final class Resolver {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Layering layering;
  private final ManifestReader reader;
  private final UnaryOperator<@Nullable String> environment;
  private final Map<String, Manifest> builtins;

  private Resolver(
      Layering layering, ManifestReader reader, UnaryOperator<@Nullable String> environment) {
    this.layering = layering;
    this.reader = reader;
    this.environment = environment;
    Map<String, Manifest> parsed = new HashMap<>();
    for (Layering.Builtin builtin : layering.builtins()) {
      try {
        Path name = Path.of("built-in", builtin.name() + ".yaml");
        parsed.put(builtin.name(), reader.read(name, builtin.document()).orThrow().getFirst());
      } catch (ManifestRejected e) {
        throw new IllegalStateException("a built-in template is broken", e);
      }
    }
    this.builtins = Map.copyOf(parsed);
  }

  /**
   * For each kind whose specs are put together, by its name.
   *
   * @param environment the value of a variable, or null
   */
  public static Map<String, Resolver> of(
      KindRegistry kinds, UnaryOperator<@Nullable String> environment) {
    Map<String, Layering> layered = new TreeMap<>();
    for (CrdDefinition kind : kinds.all()) {
      kind.layering().ifPresent(layering -> layered.put(kind.kind(), layering));
    }
    Map<String, Resolver> resolvers = new TreeMap<>();
    if (!layered.isEmpty()) {
      ManifestReader reader = new ManifestReader(kinds);
      layered.forEach(
          (kind, layering) -> resolvers.put(kind, new Resolver(layering, reader, environment)));
    }
    return resolvers;
  }

  /** The good documents of a text; messages call it by a name. */
  public List<Manifest> read(Path name, String text) {
    return reader.read(name, text).manifests();
  }

  public Layering layering() {
    return layering;
  }

  /** See {@link Layers}. */
  public Layers layers(Collection<Manifest> documents, Set<ResourceKey> inForce) {
    return Layers.of(layering, builtins, documents, inForce);
  }

  /**
   * Puts the spec of a document together.
   *
   * @param raw the document as it was read
   * @param before the spec that was last accepted for its key, with all defaults; empty for a new
   *     resource
   */
  public Resolution resolve(Manifest raw, Layers layers, Optional<JsonNode> before) {
    return resolve(raw, layers, before, Optional.empty());
  }

  /**
   * The same as if the document named another template.
   *
   * @param template instead of what the document writes; empty: what it writes
   */
  public Resolution resolve(
      Manifest raw, Layers layers, Optional<JsonNode> before, Optional<String> template) {
    if (layers.hostUnknown()) {
      return new Unresolved(
          List.of(
              raw.problem(
                  "",
                  "there is more than one %s, and none of them is taken; remove all but one"
                      .formatted(layering.hostKind()))));
    }
    boolean names = raw.positions().byField().containsKey("spec." + layering.templateField());
    if (template.isEmpty() && !names && layers.host().isEmpty() && !differs(raw, before)) {
      return new Resolved(raw);
    }
    SpecText written = SpecText.of(raw);
    SpecText own =
        template.map(name -> written.with(layering.templateField(), name)).orElse(written);
    Optional<String> first = own.leaf(layering.templateField());
    Layers.Chain chain =
        first
            .map(name -> layers.chain(raw, "spec." + layering.templateField(), name))
            .orElse(new Layers.Chain(List.of(), Optional.empty()));
    if (chain.problem().isPresent()) {
      return new Unresolved(List.of(chain.problem().get()));
    }
    List<Layer> all = new ArrayList<>();
    all.add(new Layer(raw, "", "spec", own.spec(), false));
    chain.templates().forEach(document -> all.add(template(document)));
    layers.host().ifPresent(document -> addHost(document, all));
    return new OneSpec(raw, all, before).resolution();
  }

  private Layer template(Manifest document) {
    Mapping fields =
        YamlNodes.without(SpecText.of(document).spec(), List.of(layering.extendsField()));
    String name = document.key().name();
    String source = (builtins.containsKey(name) ? "built-in template " : "template ") + name;
    return new Layer(document, source, "spec", fields, true);
  }

  private void addHost(Manifest document, List<Layer> all) {
    Mapping spec = SpecText.of(document).spec();
    String source = "host configuration " + document.key().name();
    all.add(
        new Layer(
            document,
            source,
            "spec." + layering.hostDefaults(),
            SpecText.mapping(spec, layering.hostDefaults()),
            true));
    new TreeMap<>(layering.hostFields())
        .forEach(
            (field, path) ->
                spec.entry(field)
                    .filter(entry -> !(entry.value() instanceof Scalar value && value.isNull()))
                    .ifPresent(
                        entry ->
                            all.add(
                                new Layer(
                                    document,
                                    source,
                                    "spec." + field,
                                    YamlNodes.with(YamlNodes.empty(spec), path, entry.value()),
                                    false))));
  }

  /** Whether a default that was decided is another one now. */
  private boolean differs(Manifest raw, Optional<JsonNode> before) {
    if (before.isEmpty()) {
      return false;
    }
    JsonNode now = JSON.valueToTree(raw.resource().getSpec());
    return layering.decided().stream()
        .anyMatch(path -> !text(now, path).equals(text(before.get(), path)));
  }

  private static Optional<String> text(JsonNode spec, String path) {
    JsonNode value = spec.at("/" + path.replace('.', '/'));
    return value.isValueNode() && !value.isNull() ? Optional.of(value.asText()) : Optional.empty();
  }

  /** One spec being put together. */
  private final class OneSpec {
    private final Manifest raw;
    private final List<Layer> all;
    private final Optional<JsonNode> before;
    private final Merge merge = new Merge();

    OneSpec(Manifest raw, List<Layer> all, Optional<JsonNode> before) {
      this.raw = raw;
      this.all = all;
      this.before = before;
    }

    Resolution resolution() {
      Mapping merged = merge.of(all);
      Placeholders placeholders =
          new Placeholders(values(merged), environment, merge.layers(), this::problem);
      Mapping tree = placeholders.replaced(merged);
      if (!placeholders.problems().isEmpty()) {
        return new Unresolved(placeholders.problems());
      }
      Resolution first = bound(tree);
      if (before.isEmpty() || !(first instanceof Resolved resolved)) {
        return first;
      }
      Mapping kept = kept(tree, JSON.valueToTree(resolved.manifest().resource().getSpec()));
      return kept.equals(tree) ? first : bound(kept);
    }

    private Map<String, Optional<String>> values(Mapping merged) {
      Map<String, Optional<String>> values = new HashMap<>();
      values.put("name", Optional.of(raw.key().name()));
      values.put("namespace", Optional.of(raw.key().namespace()));
      layering
          .placeholders()
          .forEach(
              (name, path) ->
                  values.put(
                      name,
                      YamlNodes.leaf(merged, path)
                          .filter(text -> !text.equals("0") && !text.contains("${"))));
      return values;
    }

    /** What was decided when the resource was made stays, where only a default speaks of it. */
    private Mapping kept(Mapping tree, JsonNode now) {
      Mapping kept = tree;
      for (String path : layering.decided().stream().sorted().toList()) {
        Layer layer = merge.layers().get(path);
        boolean onlyDefault =
            layer == null || layer.document().key().kind().equals(layering.hostKind());
        Optional<String> then = text(before.orElseThrow(), path);
        if (onlyDefault && !then.equals(text(now, path))) {
          kept =
              then.isPresent()
                  ? YamlNodes.with(kept, path, YamlNodes.text(tree, then.get()))
                  : YamlNodes.withoutPath(kept, path);
          merge
              .origins()
              .put(
                  "spec." + path,
                  new Origin(
                      "decided when it was made", raw.file(), raw.positions().nearest("spec")));
        }
      }
      return kept;
    }

    private Resolution bound(Mapping tree) {
      Bound bound = reader.bind(raw.key().kind(), raw.resource().getMetadata(), tree);
      if (bound.resource().isEmpty()) {
        return new Unresolved(
            bound.flaws().stream()
                .map(flaw -> inForce().problem(flaw.field(), flaw.message()))
                .toList());
      }
      return new Resolved(
          new Manifest(
              raw.key(),
              bound.resource().get(),
              raw.file(),
              raw.document(),
              bound.specHash(),
              raw.text(),
              inForce().positions(),
              inForce().layers()));
    }

    private Problem problem(String path, String message) {
      return inForce().problem("spec." + path, message);
    }

    /** The document with the origins that are known so far. */
    private Manifest inForce() {
      Stream<ResourceKey> others =
          all.stream().filter(layer -> !layer.own()).map(layer -> layer.document().key());
      return new Manifest(
          raw.key(),
          raw.resource(),
          raw.file(),
          raw.document(),
          raw.specHash(),
          raw.text(),
          raw.positions().inheriting(merge.origins()),
          others.distinct().toList());
    }
  }
}
