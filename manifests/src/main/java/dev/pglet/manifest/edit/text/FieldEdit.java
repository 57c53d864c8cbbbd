package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.change.FieldChange;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.FieldPath.Index;
import dev.pglet.manifest.edit.change.FieldPath.Part;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.Optional;

/** Finds what a change is about and edits it there; the caller checks the result. */
public final class FieldEdit {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final YamlNode root;
  private final BlockEdit block;
  private final FlowEdit flow;

  private FieldEdit(String text, YamlNode root) {
    Layout layout = Layout.of(root);
    this.root = root;
    this.block = new BlockEdit(text, layout);
    this.flow = new FlowEdit(text, layout);
  }

  /** The text with the change made. */
  public static String apply(String text, YamlDocument document, FieldChange change)
      throws EditRefused {
    FieldEdit edit = new FieldEdit(text, document.root());
    return switch (change) {
      case FieldChange.Put put -> edit.put(put.path(), put.value());
      case FieldChange.Remove remove -> edit.remove(remove.path());
      case FieldChange.Insert insert -> edit.insert(insert.path(), insert.value());
    };
  }

  private String put(FieldPath path, JsonNode value) throws EditRefused {
    YamlNode at = root;
    for (int i = 0; i < path.parts().size(); i++) {
      Part part = path.parts().get(i);
      Optional<YamlNode> next = FieldPath.child(at, part);
      if (next.isEmpty()) {
        return add(path.first(i), at, part, wrapped(path, i + 1, value));
      }
      at = next.get();
    }
    return replace(path, at, value);
  }

  /** The value below the rest of the path, which is not written yet. */
  private static JsonNode wrapped(FieldPath path, int from, JsonNode value) {
    JsonNode wrapped = value;
    for (int i = path.parts().size() - 1; i >= from; i--) {
      wrapped =
          switch (path.parts().get(i)) {
            case FieldPath.Key key -> object(key, wrapped);
            case Index _ -> JSON.arrayNode().add(wrapped);
          };
    }
    return wrapped;
  }

  private static ObjectNode object(FieldPath.Key key, JsonNode value) {
    return JSON.objectNode().set(key.name(), value);
  }

  private String add(FieldPath path, YamlNode container, Part part, JsonNode value)
      throws EditRefused {
    return switch (container) {
      case Mapping mapping when part instanceof FieldPath.Key key -> {
        if (mapping.entries().isEmpty()) {
          yield replace(path, mapping, object(key, value));
        }
        yield mapping.flow()
            ? flow.addEntry(mapping, key.name(), value)
            : block.addEntry(mapping, key.name(), value);
      }
      case Sequence sequence
          when part instanceof Index index && index.index() == sequence.items().size() ->
          insert(path.child(index.index()), value);
      case Scalar scalar when scalar.isNull() ->
          replace(
              path,
              scalar,
              part instanceof FieldPath.Key key ? object(key, value) : JSON.arrayNode().add(value));
      case Mapping _, Sequence _, Scalar _, YamlNode.Alias _ ->
          throw EditRefused.noContainer(container, path, part);
    };
  }

  private String replace(FieldPath path, YamlNode old, JsonNode value) throws EditRefused {
    if (path.isRoot()) {
      throw EditRefused.rootReplaced(old);
    }
    YamlNode parent = path.parent().in(root).orElseThrow();
    return isFlow(parent) ? flow.replace(parent, old, value) : block.replace(parent, old, value);
  }

  private String remove(FieldPath path) throws EditRefused {
    FieldPath above = path.parent();
    YamlNode container = above.in(root).orElseThrow(() -> EditRefused.missing(root, path));
    return switch (container) {
      case Mapping mapping when path.last() instanceof FieldPath.Key key -> {
        int index = indexOf(mapping, key.name());
        if (index < 0) {
          throw EditRefused.missing(root, path);
        }
        if (mapping.entries().size() == 1) {
          yield replace(above, mapping, JSON.objectNode());
        }
        yield mapping.flow() ? flow.removeEntry(mapping, index) : block.removeEntry(mapping, index);
      }
      case Sequence sequence
          when path.last() instanceof Index index && index.index() < sequence.items().size() -> {
        if (sequence.items().size() == 1) {
          yield replace(above, sequence, JSON.arrayNode());
        }
        yield sequence.flow()
            ? flow.removeItem(sequence, index.index())
            : block.removeItem(sequence, index.index());
      }
      case Mapping _, Sequence _, Scalar _, YamlNode.Alias _ ->
          throw EditRefused.missing(root, path);
    };
  }

  private String insert(FieldPath path, JsonNode value) throws EditRefused {
    FieldPath above = path.parent();
    YamlNode container = above.in(root).orElseThrow(() -> EditRefused.missing(root, path));
    ArrayNode alone = JSON.arrayNode().add(value);
    return switch (container) {
      case Sequence sequence
          when path.last() instanceof Index index && index.index() <= sequence.items().size() -> {
        if (sequence.items().isEmpty()) {
          yield replace(above, sequence, alone);
        }
        yield sequence.flow()
            ? flow.addItem(sequence, index.index(), value)
            : block.addItem(sequence, index.index(), value);
      }
      case Scalar scalar when scalar.isNull() -> replace(above, scalar, alone);
      case Mapping _, Sequence _, Scalar _, YamlNode.Alias _ ->
          throw EditRefused.noContainer(container, above, path.last());
    };
  }

  private static boolean isFlow(YamlNode container) {
    return switch (container) {
      case Mapping mapping -> mapping.flow();
      case Sequence sequence -> sequence.flow();
      case Scalar _, YamlNode.Alias _ -> false;
    };
  }

  private static int indexOf(Mapping mapping, String key) {
    for (int i = 0; i < mapping.entries().size(); i++) {
      if (mapping.entries().get(i).isNamed(key)) {
        return i;
      }
    }
    return -1;
  }
}
