package dev.pglet.manifest.edit.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.manifest.parse.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The way from a document's root to a field or an item of a list. */
public record FieldPath(List<Part> parts) {
  /** The document itself. */
  public static final FieldPath ROOT = new FieldPath(List.of());

  public FieldPath {
    parts = List.copyOf(parts);
  }

  /** One step of the way. */
  public sealed interface Part {}

  /** Into a mapping. */
  public record Key(String name) implements Part {}

  /** Into a list; from 0. */
  public record Index(int index) implements Part {}

  public static FieldPath of(String... keys) {
    FieldPath path = ROOT;
    for (String key : keys) {
      path = path.child(key);
    }
    return path;
  }

  public FieldPath child(String key) {
    return child(new Key(key));
  }

  public FieldPath child(int index) {
    return child(new Index(index));
  }

  private FieldPath child(Part part) {
    List<Part> longer = new ArrayList<>(parts);
    longer.add(part);
    return new FieldPath(longer);
  }

  public boolean isRoot() {
    return parts.isEmpty();
  }

  public FieldPath parent() {
    return first(parts.size() - 1);
  }

  public Part last() {
    return parts.getLast();
  }

  /** The first so many steps. */
  public FieldPath first(int count) {
    return new FieldPath(parts.subList(0, count));
  }

  /** What is there; empty when nothing is written there. */
  public Optional<YamlNode> in(YamlNode root) {
    Optional<YamlNode> at = Optional.of(root);
    for (Part part : parts) {
      at = at.flatMap(node -> child(node, part));
    }
    return at;
  }

  /** What a step leads to; empty when nothing is written there. */
  public static Optional<YamlNode> child(YamlNode node, Part part) {
    return switch (part) {
      case Key key when node instanceof YamlNode.Mapping mapping ->
          mapping.entry(key.name()).map(YamlNode.Entry::value);
      case Index index
          when node instanceof YamlNode.Sequence sequence
              && index.index() < sequence.items().size() ->
          Optional.of(sequence.items().get(index.index()));
      case Key _, Index _ -> Optional.empty();
    };
  }

  /** What is there in a tree; a missing node when nothing is. */
  public JsonNode in(JsonNode root) {
    JsonNode at = root;
    for (Part part : parts) {
      at =
          switch (part) {
            case Key key -> at.path(key.name());
            case Index index -> at.path(index.index());
          };
    }
    return at;
  }

  /** Such as {@code spec.roles[0].name}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Key key -> text.append(text.isEmpty() ? "" : ".").append(key.name());
        case Index index -> text.append('[').append(index.index()).append(']');
      }
    }
    return text.toString();
  }
}
