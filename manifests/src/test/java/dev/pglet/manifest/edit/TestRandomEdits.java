package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.RandomDocument.Piece;
import dev.pglet.manifest.edit.RandomDocument.Role;
import dev.pglet.manifest.edit.change.FieldChange;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.TreeDiff;
import dev.pglet.manifest.edit.change.TreeEdit;
import dev.pglet.manifest.edit.text.EditRefused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Random documents in random styles, and random edits. The text outside of an edit keeps every
 * byte, and what the text then says is what was intended. The seed is in every message.
 */
final class TestRandomEdits {
  private static final long SEED = 20261121;
  private static final int DOCUMENTS = 6_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Random random = new Random(SEED);
  private int made;
  private int refused;

  @Test
  void nothingButWhatIsAskedForChanges() {
    for (int i = 0; i < DOCUMENTS; i++) {
      Sample sample = sample(i);
      FieldChange change = change(sample.document().tree());
      ObjectNode wanted = (ObjectNode) TreeEdit.apply(sample.document().tree(), change);
      String edited = edit(sample, sample.text(), wanted, change.toString());
      if (!edited.isEmpty() && !isAmbiguous(change, sample.document().tree())) {
        checkText(sample, change, edited);
      }
    }
    assertMostWereMade();
  }

  /** Many edits one after the other, and several at once. */
  @Test
  void aDocumentIsEditedAgainAndAgain() {
    for (int i = 0; i < DOCUMENTS / 10; i++) {
      Sample sample = sample(i);
      String text = sample.text();
      ObjectNode tree = sample.document().tree();
      for (int edit = 0; edit < 8 && !text.isEmpty(); edit++) {
        ObjectNode wanted = tree;
        for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
          wanted = (ObjectNode) TreeEdit.apply(wanted, change(wanted));
        }
        text = edit(sample, text, wanted, "edit " + edit + " to " + wanted);
        tree = wanted;
      }
    }
    assertMostWereMade();
  }

  private void assertMostWereMade() {
    assertThat(refused)
        .as("seed %d: refused, and %d made", SEED, made)
        .isLessThan((made + refused) / 50);
  }

  /**
   * One document among others.
   *
   * @param before the text before it
   * @param behind the text behind it
   */
  private record Sample(
      int number, RandomDocument document, int index, String before, String behind) {
    String text() {
      return before
          + document.pieces().stream().map(Piece::text).collect(Collectors.joining())
          + behind;
    }

    String describe(String what, String edited) {
      return "seed %d, document %d: %s%n%s%nbecame%n%s"
          .formatted(SEED, number, what, text(), edited);
    }
  }

  private Sample sample(int number) {
    String newline = List.of("\n", "\n", "\r\n").get(random.nextInt(3));
    boolean first = random.nextBoolean();
    String mark = random.nextInt(10) == 0 ? "\uFEFF" : "";
    String other = "# other" + newline + "x: [1, {y: 2}] # z" + newline;
    String before = first ? "" : other + "--- # here" + newline;
    String behind = random.nextBoolean() ? "" : "---" + newline + other;
    return new Sample(
        number, new RandomDocument(random, newline), first ? 0 : 1, mark + before, behind);
  }

  /** The text after the edit; empty when it is refused. */
  private String edit(Sample sample, String text, ObjectNode wanted, String what) {
    String edited;
    try {
      edited = ManifestEditor.withContent(text, sample.index(), wanted);
    } catch (EditRefused e) {
      refused++;
      return "";
    } catch (RuntimeException e) {
      throw new AssertionError(sample.describe(what, text), e);
    }
    made++;
    List<JsonNode> documents = load(edited);
    assertThat(TreeDiff.same(documents.get(sample.index()), wanted))
        .as(sample.describe(what + " should say " + wanted, edited))
        .isTrue();
    assertThat(edited).as("the documents around it").startsWith(sample.before());
    assertThat(edited).endsWith(sample.behind());
    return edited;
  }

  /** By the YAML library itself, which knows nothing of how the editor reads. */
  private static List<JsonNode> load(String text) {
    Load load = new Load(LoadSettings.builder().build());
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    return StreamSupport.stream(load.loadAllFromString(plain).spliterator(), false)
        .<JsonNode>map(new JsonMapper()::valueToTree)
        .toList();
  }

  /** Which of several equal items is removed, or stands beside a new one, cannot be told. */
  private static boolean isAmbiguous(FieldChange change, ObjectNode tree) {
    JsonNode items = change.path().parent().in(tree);
    Set<JsonNode> different = new HashSet<>();
    items.forEach(different::add);
    return items.isArray()
        && !(change instanceof FieldChange.Put)
        && different.size() < items.size();
  }

  private void checkText(Sample sample, FieldChange change, String edited) {
    String text = sample.text();
    List<Piece> pieces = sample.document().pieces();
    FieldPath above = change.path().parent();
    boolean firstChild = above.in(sample.document().tree()).isEmpty();
    List<Piece> kept =
        pieces.stream()
            .filter(piece -> !touches(change, piece, pieces))
            .filter(piece -> !firstChild || !isValueOf(piece, above))
            .map(
                piece ->
                    change instanceof FieldChange.Remove
                            && followsFirstOfItem(piece, change.path(), pieces)
                        ? new Piece(piece.path(), piece.role(), piece.text().stripLeading())
                        : piece)
            .toList();
    // Every piece that is not asked for is there, in its order.
    int at = 0;
    for (Piece piece : kept) {
      int found = edited.indexOf(piece.text(), at);
      assertThat(found).as(sample.describe(change + " lost " + piece, edited)).isNotNegative();
      at = found + piece.text().length();
    }
    // What was changed is in one place: all before it and all behind it is the same.
    boolean emptied =
        change instanceof FieldChange.Remove
            && change.path().parent().in(sample.document().tree()).size() == 1;
    if (emptied) {
      return; // the braces come behind the key, which may be lines above
    }
    int touched = length(pieces) - length(kept);
    int head = commonHead(text, edited);
    int tail = commonTail(text, edited, Math.min(text.length(), edited.length()) - head);
    assertThat(text.length() - head - tail)
        .as(sample.describe(change + " touched more than its text", edited))
        .isLessThanOrEqualTo(touched);
  }

  private static int length(List<Piece> pieces) {
    return pieces.stream().mapToInt(piece -> piece.text().length()).sum();
  }

  private static boolean touches(FieldChange change, Piece piece, List<Piece> pieces) {
    FieldPath path = change.path();
    boolean own = piece.path().equals(path);
    boolean below = !own && isBelow(piece.path(), path);
    return switch (change) {
      case FieldChange.Insert _ -> false;
      case FieldChange.Put put ->
          below
              || (own && piece.role() == Role.VALUE)
              || (put.value().isContainerNode() && isValueOf(piece, path))
              || (own && piece.role() == Role.TRAIL && hasLines(path, pieces));
      case FieldChange.Remove _ ->
          below
              || (own && piece.role() != Role.ABOVE)
              || (piece.role() == Role.SEPARATOR && isNextInFlow(piece, path, pieces));
    };
  }

  /** The value with the blank before it and the rest of its line. */
  private static boolean isValueOf(Piece piece, FieldPath path) {
    return piece.path().equals(path)
        && switch (piece.role()) {
          case VALUE, TRAIL -> true;
          case KEY -> piece.text().isBlank();
          case ABOVE, SEPARATOR -> false;
        };
  }

  private static boolean isBelow(FieldPath path, FieldPath above) {
    return path.parts().size() > above.parts().size()
        && path.parts().subList(0, above.parts().size()).equals(above.parts());
  }

  private static boolean hasLines(FieldPath path, List<Piece> pieces) {
    return pieces.stream().anyMatch(piece -> isBelow(piece.path(), path));
  }

  /** The separator behind the first item goes with it. */
  private static boolean isNextInFlow(Piece separator, FieldPath removed, List<Piece> pieces) {
    int index = pieces.indexOf(separator);
    FieldPath before = pieces.get(index - 1).path();
    boolean first =
        pieces.stream().noneMatch(p -> p.role() == Role.SEPARATOR && p.path().equals(removed));
    return first
        && separator.path().parent().equals(removed.parent())
        && (before.equals(removed) || isBelow(before, removed));
  }

  /** What moves up to the dash when the first field of an item goes loses its indent. */
  private static boolean followsFirstOfItem(Piece piece, FieldPath removed, List<Piece> pieces) {
    if (removed.parent().isRoot()
        || !(removed.parent().last() instanceof FieldPath.Index)
        || !piece.path().parent().equals(removed.parent())) {
      return false;
    }
    List<FieldPath> siblings =
        pieces.stream()
            .map(Piece::path)
            .filter(path -> !path.isRoot() && path.parent().equals(removed.parent()))
            .distinct()
            .toList();
    return siblings.getFirst().equals(removed) && siblings.indexOf(piece.path()) == 1;
  }

  private static int commonHead(String one, String other) {
    int length = Math.min(one.length(), other.length());
    int i = 0;
    while (i < length && one.charAt(i) == other.charAt(i)) {
      i++;
    }
    return i;
  }

  private static int commonTail(String one, String other, int most) {
    int i = 0;
    while (i < most && one.charAt(one.length() - 1 - i) == other.charAt(other.length() - 1 - i)) {
      i++;
    }
    return i;
  }

  private FieldChange change(ObjectNode tree) {
    List<FieldPath> all = new ArrayList<>();
    collect(FieldPath.ROOT, tree, all);
    FieldPath path = all.get(random.nextInt(all.size()));
    JsonNode there = path.in(tree);
    int kind = random.nextInt(4);
    if (kind == 0 && (tree.size() > 1 || path.parts().size() > 1)) {
      return new FieldChange.Remove(path);
    }
    if (kind == 1 && there instanceof ArrayNode items) {
      return new FieldChange.Insert(path.child(random.nextInt(items.size() + 1)), value(0));
    }
    return new FieldChange.Put(kind == 2 && there.isObject() ? path.child("new") : path, value(0));
  }

  private static void collect(FieldPath path, JsonNode node, List<FieldPath> all) {
    if (!path.isRoot()) {
      all.add(path);
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      collect(path.child(field.getKey()), field.getValue(), all);
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(path.child(i), node.get(i), all);
      }
    }
  }

  private JsonNode value(int depth) {
    return switch (random.nextInt(depth < 2 ? 9 : 6)) {
      case 0 -> JSON.numberNode(random.nextInt());
      case 1 -> JSON.booleanNode(random.nextBoolean());
      case 2 -> JSON.textNode("line\nand\ttab \u0007 #");
      case 3 -> JSON.textNode(List.of("", "on", "08", "- x", "a: b", "🐘").get(random.nextInt(6)));
      case 4, 5 -> JSON.textNode("word");
      case 6 -> JSON.objectNode().set("a", value(depth + 1));
      case 7 -> JSON.objectNode().<ObjectNode>set("a", value(depth + 1)).set("b", value(depth + 1));
      default -> JSON.arrayNode().add(value(depth + 1)).add(value(depth + 1));
    };
  }
}
