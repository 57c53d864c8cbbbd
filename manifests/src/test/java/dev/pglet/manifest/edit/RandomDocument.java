package dev.pglet.manifest.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.change.FieldPath;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A document in a random style, with what it says, and for each piece of its text the field that
 * the piece belongs to.
 */
final class RandomDocument {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String[] WORDS = {
    "Running", "a b", "8MB", "17", "on", "ä€", "🐘 x", "/var/x", "it's", "say \"x\"", "x: y", "# no"
  };

  /** What a piece of text is. */
  enum Role {
    /** Comment and blank lines above a field or item. */
    ABOVE,
    /** What separates an item of a flow collection from the one before. */
    SEPARATOR,
    /** Indent, key and colon, or dash. */
    KEY,
    VALUE,
    /** The rest of the line. */
    TRAIL
  }

  /** A piece of the text. */
  record Piece(FieldPath path, Role role, String text) {}

  private final Random random;
  private final String newline;
  private final int step;
  private final int dash;
  private final List<Piece> pieces = new ArrayList<>();
  private final ObjectNode tree;
  private int keys;

  RandomDocument(Random random, String newline) {
    this.random = random;
    this.newline = newline;
    this.step = random.nextInt(1, 5);
    this.dash = random.nextInt(3);
    this.tree = object(FieldPath.ROOT, "", "", 0);
  }

  List<Piece> pieces() {
    return List.copyOf(pieces);
  }

  ObjectNode tree() {
    return tree.deepCopy();
  }

  private ObjectNode object(FieldPath path, String first, String indent, int depth) {
    ObjectNode object = JSON.objectNode();
    int fields = random.nextInt(1, 5);
    for (int i = 0; i < fields; i++) {
      String key = key();
      FieldPath at = path.child(key);
      if (i > 0 || !first.isEmpty() || depth == 0) {
        above(at, i == 0 ? "" : indent);
      }
      add(at, Role.KEY, (i == 0 ? first : indent) + written(key) + ":");
      object.set(key, value(at, indent, depth));
    }
    return object;
  }

  private ArrayNode array(FieldPath path, String indent, int depth) {
    ArrayNode array = JSON.arrayNode();
    int items = random.nextInt(1, 4);
    for (int i = 0; i < items; i++) {
      FieldPath at = path.child(i);
      above(at, indent);
      add(at, Role.KEY, indent + "-");
      if (depth < 4 && random.nextInt(3) == 0) {
        array.add(object(at, " ", indent + "  ", depth + 1));
      } else {
        array.add(value(at, indent, depth));
      }
    }
    return array;
  }

  private JsonNode value(FieldPath path, String indent, int depth) {
    if (depth < 4 && random.nextInt(3) == 0 && !(path.last() instanceof FieldPath.Index)) {
      add(path, Role.TRAIL, trail());
      String deeper = indent + " ".repeat(step);
      return random.nextBoolean()
          ? object(path, deeper, deeper, depth + 1)
          : array(path, indent + " ".repeat(dash), depth + 1);
    }
    if (depth < 4 && random.nextInt(4) == 0) {
      add(path, Role.KEY, " ");
      JsonNode flow = flow(path, depth + 1);
      add(path, Role.TRAIL, trail());
      return flow;
    }
    return random.nextInt(8) == 0 ? blockScalar(path, indent) : scalar(path, " ", trail());
  }

  private JsonNode flow(FieldPath path, int depth) {
    boolean object = random.nextBoolean();
    int count = random.nextInt(4);
    ObjectNode fields = JSON.objectNode();
    ArrayNode items = JSON.arrayNode();
    add(path, Role.VALUE, object ? "{" : "[");
    for (int i = 0; i < count; i++) {
      String key = key();
      FieldPath at = object ? path.child(key) : path.child(i);
      if (i > 0) {
        add(at, Role.SEPARATOR, random.nextBoolean() ? ", " : " ,");
      }
      if (object) {
        add(at, Role.KEY, written(key) + ": ");
      }
      JsonNode value = depth < 5 && random.nextInt(4) == 0 ? flow(at, depth + 1) : flowScalar(at);
      if (object) {
        fields.set(key, value);
      } else {
        items.add(value);
      }
    }
    add(path, Role.VALUE, object ? "}" : "]");
    return object ? fields : items;
  }

  private JsonNode flowScalar(FieldPath path) {
    String word = WORDS[random.nextInt(WORDS.length)];
    if (random.nextBoolean()) {
      int number = random.nextInt(100);
      add(path, Role.VALUE, Integer.toString(number));
      return JSON.numberNode(number);
    }
    add(path, Role.VALUE, quoted(word));
    return JSON.textNode(word);
  }

  private JsonNode scalar(FieldPath path, String before, String trail) {
    String word = WORDS[random.nextInt(WORDS.length)];
    int number = random.nextInt(1000);
    JsonNode value =
        switch (random.nextInt(6)) {
          case 0 -> JSON.numberNode(number);
          case 1 -> JSON.numberNode(new BigDecimal(number + ".5"));
          case 2 -> JSON.booleanNode(random.nextBoolean());
          case 3 -> JSON.nullNode();
          default -> JSON.textNode(word);
        };
    add(path, Role.KEY, before);
    String text =
        switch (value.getNodeType()) {
          case STRING -> word.matches("[A-Z8/ä🐘].*") && random.nextBoolean() ? word : quoted(word);
          default -> value.asText();
        };
    add(path, Role.VALUE, text);
    add(path, Role.TRAIL, trail);
    return value;
  }

  private JsonNode blockScalar(FieldPath path, String indent) {
    String header = List.of("|", "|-", "|+", ">-").get(random.nextInt(4));
    String deeper = indent + "   ";
    add(path, Role.KEY, " ");
    add(path, Role.VALUE, header + newline + deeper + "text" + newline + deeper + "# more");
    add(path, Role.TRAIL, newline);
    return JSON.textNode(
        switch (header) {
          case "|-" -> "text\n# more";
          case ">-" -> "text # more";
          default -> "text\n# more\n";
        });
  }

  private String quoted(String word) {
    return random.nextBoolean()
        ? "'" + word.replace("'", "''") + "'"
        : "\"" + word.replace("\"", "\\\"") + "\"";
  }

  private String key() {
    return "k" + keys++;
  }

  private String written(String key) {
    return switch (random.nextInt(8)) {
      case 0 -> "\"" + key + "\"";
      case 1 -> "'" + key + "'";
      default -> key;
    };
  }

  private void above(FieldPath path, String indent) {
    if (!pieces.isEmpty() && !pieces.getLast().text().endsWith(newline)) {
      return;
    }
    switch (random.nextInt(6)) {
      case 0 -> add(path, Role.ABOVE, indent + "# about " + path + newline);
      case 1 -> {
        if (!endsWithKeptLineEnds()) {
          add(path, Role.ABOVE, newline);
        }
      }
      default -> {}
    }
  }

  /** An empty line behind {@code |+} is a part of its value. */
  private boolean endsWithKeptLineEnds() {
    return pieces.size() > 1 && pieces.get(pieces.size() - 2).text().startsWith("|+");
  }

  private String trail() {
    return (random.nextInt(4) == 0 ? " # comment " + pieces.size() : "") + newline;
  }

  private void add(FieldPath path, Role role, String text) {
    pieces.add(new Piece(path, role, text));
  }
}
