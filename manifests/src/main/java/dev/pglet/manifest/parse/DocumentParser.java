package dev.pglet.manifest.parse;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Text to resources of the known kinds. Thread-safe. */
public final class DocumentParser {
  private static final Set<String> TOP = Set.of("apiVersion", "kind", "metadata", "spec", "status");

  private final Map<String, BoundKind> kinds = new LinkedHashMap<>();

  public DocumentParser(KindRegistry kinds) {
    for (CrdDefinition kind : kinds.all()) {
      BoundKind bound = new BoundKind(kind);
      this.kinds.put(kind.kind(), bound);
      kind.kindAliases().forEach(alias -> this.kinds.put(alias, bound));
    }
  }

  /**
   * A spec that was put together from several documents.
   *
   * @param resource empty when there are flaws
   * @param specHash equal for equal specs, however they are written; empty when there are flaws
   * @param flaws what is wrong with its fields, without places
   */
  public record Bound(Optional<CustomResource<?, ?>> resource, String specHash, List<Flaw> flaws) {
    public Bound {
      flaws = List.copyOf(flaws);
    }
  }

  /** Checks and binds a spec as one of a known kind. */
  public Bound bind(String kind, ObjectMeta metadata, Mapping spec) {
    BoundKind bound = requireNonNull(kinds.get(kind), "unknown kind");
    JsonNode tree = bound.tree(spec);
    List<SchemaCheck.Finding> findings = bound.findings(tree, spec);
    if (findings.isEmpty()) {
      try {
        return new Bound(
            Optional.of(bound.bind(metadata, tree)), CanonicalForm.hash(tree), List.of());
      } catch (BoundKind.Unbindable e) {
        findings = List.of(e.finding());
      }
    }
    return new Bound(
        Optional.empty(),
        "",
        findings.stream()
            .map(finding -> new Flaw(Place.WHOLE_TEXT, finding.field("spec"), finding.message()))
            .toList());
  }

  /** Every flaw of the text is reported; where YAML itself is broken, only the first. */
  public ParsedText parse(String text) {
    YamlReader.Reading reading = YamlReader.readUntilFlaw(text);
    List<ParsedText.Document> documents = new ArrayList<>();
    List<Flaw> flaws = new ArrayList<>();
    Set<ResourceKey> flawedKeys = new HashSet<>();
    for (int i = 0; i < reading.documents().size(); i++) {
      YamlDocument document = reading.documents().get(i);
      if (!document.isEmpty()) {
        OneDocument one = new OneDocument(document, i, text);
        one.parse();
        flaws.addAll(one.flaws);
        one.good.ifPresentOrElse(documents::add, () -> one.key.ifPresent(flawedKeys::add));
      }
    }
    if (reading.flaw() != null) {
      // The broken place may lie in any document, so none of them is taken.
      documents.forEach(document -> flawedKeys.add(document.key()));
      return new ParsedText(List.of(), List.of(reading.flaw().flaw()), flawedKeys);
    }
    flaws.sort(
        Comparator.comparingInt((Flaw flaw) -> flaw.place().line())
            .thenComparingInt(flaw -> flaw.place().column()));
    return new ParsedText(documents, flaws, flawedKeys);
  }

  /**
   * Whether the schema of a kind makes a field a mapping of names that users choose.
   *
   * @param path from the document's root, such as {@code spec, parameters}
   */
  public boolean isFreeMap(String kind, List<String> path) {
    BoundKind bound = kinds.get(kind);
    return bound != null
        && path.size() > 1
        && path.getFirst().equals("spec")
        && bound.isFreeMap(path.subList(1, path.size()));
  }

  private final class OneDocument {
    private final YamlDocument document;
    private final int index;
    private final String text;
    private final Map<String, Place> places;
    private final List<Flaw> flaws = new ArrayList<>();
    private Optional<ResourceKey> key = Optional.empty();
    private Optional<ParsedText.Document> good = Optional.empty();

    OneDocument(YamlDocument document, int index, String text) {
      this.document = document;
      this.index = index;
      this.text = text;
      this.places = Fields.places(document.root());
    }

    void parse() {
      flaws.addAll(StrictYaml.flaws(document.root()));
      if (!(document.root() instanceof Mapping root)) {
        refuse("", "a manifest must be a mapping with apiVersion, kind, metadata and spec");
        return;
      }
      if (!flaws.isEmpty()) {
        key = guessedKey(root);
        return;
      }
      refuseUnknownTop(root);
      Optional<BoundKind> kind = kind(root);
      MetadataReader reader = new MetadataReader();
      Optional<ObjectMeta> metadata = reader.read(root);
      flaws.addAll(reader.flaws());
      key = guessedKey(root);
      if (kind.isPresent()) {
        bind(kind.get(), root, metadata);
      }
    }

    private void bind(BoundKind kind, Mapping root, Optional<ObjectMeta> metadata) {
      YamlNode spec =
          root.entry("spec")
              .map(Entry::value)
              .filter(value -> !(value instanceof Scalar scalar && scalar.isNull()))
              .orElseGet(() -> noFields(root));
      JsonNode tree = kind.tree(spec);
      kind.findings(tree, spec).forEach(this::refuse);
      if (!flaws.isEmpty() || metadata.isEmpty()) {
        return;
      }
      try {
        CustomResource<?, ?> resource = kind.bind(metadata.get(), tree);
        ResourceKey accepted =
            new ResourceKey(
                kind.definition().kind(), metadata.get().getNamespace(), metadata.get().getName());
        good =
            Optional.of(
                new ParsedText.Document(
                    accepted,
                    resource,
                    index,
                    CanonicalForm.hash(tree),
                    text.substring(document.start(), document.end()),
                    places));
      } catch (BoundKind.Unbindable e) {
        refuse(e.finding());
      }
    }

    private Optional<BoundKind> kind(Mapping root) {
      Optional<String> kind = topText(root, "kind", "such as kind: PostgreSQLInstance");
      Optional<String> version = topText(root, "apiVersion", "apiVersion: pglet.dev/v1alpha1");
      if (kind.isEmpty()) {
        return Optional.empty();
      }
      BoundKind bound = kinds.get(kind.get());
      if (bound == null) {
        refuse("kind", "unknown kind " + NearestName.quoted(kind.get(), kinds.keySet()));
        return Optional.empty();
      }
      CrdDefinition definition = bound.definition();
      if (version.isPresent() && !definition.acceptsApiVersion(version.get())) {
        refuse(
            "apiVersion",
            "%s is not served as \"%s\"; write apiVersion: %s"
                .formatted(definition.kind(), version.get(), definition.apiVersion()));
      }
      return Optional.of(bound);
    }

    private Optional<String> topText(Mapping root, String field, String example) {
      Optional<String> value =
          root.entry(field)
              .map(Entry::value)
              .filter(node -> node instanceof Scalar scalar && !scalar.isNull())
              .map(node -> ((Scalar) node).text());
      if (value.isEmpty()) {
        refuse(field, "missing or no text; write " + example);
      }
      return value;
    }

    private void refuseUnknownTop(Mapping root) {
      for (Entry entry : root.entries()) {
        String name = ((Scalar) entry.key()).text();
        if (!TOP.contains(name)) {
          refuse(name, "unknown field" + NearestName.hint(name, TOP));
        }
      }
    }

    /** Whom the document seems to be about, whatever else is wrong with it. */
    private Optional<ResourceKey> guessedKey(Mapping root) {
      Optional<String> kind =
          leaf(root, "kind").map(kinds::get).map(bound -> bound.definition().kind());
      Optional<Mapping> metadata =
          root.entry("metadata")
              .map(Entry::value)
              .filter(Mapping.class::isInstance)
              .map(Mapping.class::cast);
      Optional<String> name = metadata.flatMap(mapping -> leaf(mapping, "name"));
      String namespace =
          metadata
              .flatMap(mapping -> leaf(mapping, "namespace"))
              .orElse(ResourceKey.DEFAULT_NAMESPACE);
      return kind.flatMap(k -> name.map(n -> new ResourceKey(k, namespace, n)));
    }

    private static Optional<String> leaf(Mapping mapping, String field) {
      return mapping
          .entry(field)
          .map(Entry::value)
          .filter(Scalar.class::isInstance)
          .map(node -> ((Scalar) node).text());
    }

    private static Mapping noFields(Mapping root) {
      return new Mapping(root.span(), new YamlNode.Properties(null, null), true, List.of());
    }

    private void refuse(SchemaCheck.Finding finding) {
      refuse(finding.field("spec"), finding.message());
    }

    private void refuse(String field, String message) {
      Place place = places.get(field);
      for (String parent = field; place == null; ) {
        parent =
            parent.substring(
                0, Math.max(0, Math.max(parent.lastIndexOf('.'), parent.lastIndexOf('['))));
        place = places.get(parent);
      }
      flaws.add(new Flaw(place, field, message));
    }
  }
}
