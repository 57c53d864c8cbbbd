package dev.pglet.manifest.parse;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads and checks {@code metadata}. Used once. */
final class MetadataReader {
  private static final Set<String> FIELDS = Set.of("name", "namespace", "labels", "annotations");

  /** pglet writes them itself, and {@code get -o yaml} shows them; in a file they say nothing. */
  private static final Set<String> NOT_BOUND =
      Set.of("uid", "generation", "resourceVersion", "creationTimestamp");

  /** An optional prefix that is a DNS name, and a name. */
  private static final Pattern KEY =
      Pattern.compile(
          "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

  private final List<Flaw> flaws = new ArrayList<>();

  /** The metadata, with the name when that is usable; what is wrong goes to {@link #flaws}. */
  Optional<ObjectMeta> read(Mapping document) {
    YamlNode node = document.entry("metadata").map(Entry::value).orElse(null);
    if (node == null) {
      flaws.add(
          new Flaw(
              document.span().place(), "metadata", "missing; add metadata with at least a name"));
      return Optional.empty();
    }
    if (!(node instanceof Mapping metadata)) {
      flaws.add(
          new Flaw(node.span().place(), "metadata", "must be a mapping with at least a name"));
      return Optional.empty();
    }
    refuseUnknown(metadata);
    Optional<String> name = name(metadata, "name");
    if (metadata.entry("name").isEmpty()) {
      flaws.add(new Flaw(metadata.span().place(), "metadata.name", "missing; add a name"));
    }
    boolean defaultNamespace = metadata.entry("namespace").isEmpty();
    Optional<String> namespace =
        defaultNamespace ? Optional.of(ResourceKey.DEFAULT_NAMESPACE) : name(metadata, "namespace");
    ObjectMeta meta = new ObjectMeta();
    meta.setLabels(strings(metadata, "labels"));
    meta.setAnnotations(strings(metadata, "annotations"));
    if (name.isEmpty() || namespace.isEmpty()) {
      return Optional.empty();
    }
    meta.setName(name.get());
    meta.setNamespace(namespace.get());
    return Optional.of(meta);
  }

  List<Flaw> flaws() {
    return List.copyOf(flaws);
  }

  private void refuseUnknown(Mapping metadata) {
    for (Entry entry : metadata.entries()) {
      String key = ((Scalar) entry.key()).text();
      if (!FIELDS.contains(key) && !NOT_BOUND.contains(key)) {
        refuse(entry.key(), "metadata." + key, "unknown field" + NearestName.hint(key, FIELDS));
      }
    }
  }

  private Optional<String> name(Mapping metadata, String field) {
    String path = "metadata." + field;
    return metadata
        .entry(field)
        .flatMap(entry -> text(entry.value(), path))
        .filter(
            name -> {
              boolean good = ResourceKey.NAME.matcher(name).matches();
              if (!good) {
                refuse(
                    metadata.entry(field).orElseThrow().value(),
                    path,
                    ("\"%s\" (%d characters) is no name: use 1 to 63 lower-case letters, digits and"
                            + " hyphens, beginning and ending with a letter or digit")
                        .formatted(name, name.length()));
              }
              return good;
            });
  }

  private Map<String, String> strings(Mapping metadata, String field) {
    String path = "metadata." + field;
    Map<String, String> strings = new LinkedHashMap<>();
    YamlNode node = metadata.entry(field).map(Entry::value).orElse(null);
    if (node == null || (node instanceof Scalar scalar && scalar.isNull())) {
      return strings;
    }
    if (!(node instanceof Mapping mapping)) {
      refuse(node, path, "must be a mapping (lines of \"key: value\")");
      return strings;
    }
    for (Entry entry : mapping.entries()) {
      String key = ((Scalar) entry.key()).text();
      String at = Fields.child(path, key);
      if (!KEY.matcher(key).matches()) {
        refuse(
            entry.key(),
            at,
            "no valid key: use letters, digits, \"-\", \"_\" and \".\" (at most 63), after an"
                + " optional \"prefix/\"");
      }
      text(entry.value(), at)
          .ifPresent(
              value -> {
                if (field.equals("labels") && !LABEL_VALUE.matcher(value).matches()) {
                  refuse(
                      entry.value(),
                      at,
                      "no valid value of a label: at most 63 letters, digits, \"-\", \"_\" and"
                          + " \".\"; put longer texts into an annotation");
                }
                strings.put(key, value);
              });
    }
    return strings;
  }

  private Optional<String> text(YamlNode node, String field) {
    if (!(node instanceof Scalar scalar) || scalar.isNull()) {
      refuse(node, field, "must be text");
      return Optional.empty();
    }
    if (scalar.plain() && !PlainScalar.isString(scalar.text())) {
      refuse(node, field, "must be text; write it in quotes: \"" + scalar.text() + "\"");
      return Optional.empty();
    }
    return Optional.of(scalar.text());
  }

  private void refuse(YamlNode node, String field, String message) {
    flaws.add(new Flaw(node.span().place(), field, message));
  }
}
