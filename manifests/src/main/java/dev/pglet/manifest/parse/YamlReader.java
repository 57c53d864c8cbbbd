package dev.pglet.manifest.parse;

import dev.pglet.manifest.parse.YamlNode.Alias;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Properties;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import dev.pglet.manifest.parse.YamlNode.Span;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Text to documents with the place of every node. Used once. */
public final class YamlReader {
  static final int MAX_DEPTH = 64;

  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setUseMarks(true)
          .setParseComments(false)
          .setCodePointLimit(Integer.MAX_VALUE)
          .build();

  private final String text;
  private final int offset;
  private final boolean astral;
  private final Iterator<Event> events;
  private final List<YamlDocument> documents = new ArrayList<>();
  private int lastCodePoint;
  private int lastIndex;

  private YamlReader(String text) {
    this.text = text;
    this.offset = !text.isEmpty() && text.charAt(0) == Utf8Text.BYTE_ORDER_MARK ? 1 : 0;
    this.astral = text.codePointCount(0, text.length()) != text.length();
    this.lastIndex = offset;
    this.events = new Parse(SETTINGS).parseString(text.substring(offset)).iterator();
  }

  /** The documents of a text; a text of comments only has none. */
  public static List<YamlDocument> read(String text) throws YamlRejected {
    Reading reading = readUntilFlaw(text);
    if (reading.flaw() != null) {
      throw reading.flaw();
    }
    return reading.documents();
  }

  /** The documents before the first place that is no YAML, and what is wrong there. */
  static Reading readUntilFlaw(String text) {
    int mark = text.indexOf(Utf8Text.BYTE_ORDER_MARK, 1);
    if (mark > 0) {
      Place place = placeOf(text, mark);
      return new Reading(
          List.of(),
          new YamlRejected(
              place, "a byte order mark (U+FEFF) inside the text; remove that character"));
    }
    YamlReader reader = new YamlReader(text);
    Optional<YamlRejected> conflict = ConflictMarkers.find(text);
    try {
      reader.readAll();
      return new Reading(List.copyOf(reader.documents), conflict.orElse(null));
    } catch (YamlRejected e) {
      return new Reading(List.copyOf(reader.documents), conflict.orElse(e));
    } catch (YamlEngineException e) {
      return new Reading(
          List.copyOf(reader.documents), conflict.orElseGet(() -> reader.explained(e)));
    }
  }

  record Reading(List<YamlDocument> documents, @Nullable YamlRejected flaw) {}

  private void readAll() throws YamlRejected {
    while (events.hasNext()) {
      if (events.next() instanceof DocumentStartEvent start) {
        documents.add(document(start));
      }
    }
    // Without a next document, what is left of the text belongs to the last one.
    if (!documents.isEmpty()) {
      YamlDocument last = documents.removeLast();
      int end = last.explicitEnd() ? last.end() : text.length();
      documents.add(withEnds(last, end, text.length()));
    }
  }

  private YamlDocument document(DocumentStartEvent start) throws YamlRejected {
    int before = documents.isEmpty() ? offset : documents.getLast().tail();
    int head = before;
    int own = before;
    if (start.isExplicit()) {
      head = index(start.getStartMark().orElseThrow());
      own = index(start.getEndMark().orElseThrow());
      if (!documents.isEmpty()) {
        YamlDocument previous = documents.removeLast();
        int end = previous.explicitEnd() ? previous.end() : head;
        documents.add(withEnds(previous, end, head));
      } else if (text.substring(offset, head).isBlank()) {
        head = offset;
      }
    }
    YamlNode root = node(events.next(), 1);
    DocumentEndEvent end = (DocumentEndEvent) events.next();
    int ends = index(end.getStartMark().orElseThrow());
    int tail = end.isExplicit() ? index(end.getEndMark().orElseThrow()) : ends;
    String directives =
        start.getSpecVersion().map(Object::toString).orElse("") + new TreeMap<>(start.getTags());
    return new YamlDocument(
        root, head, own, ends, tail, start.isExplicit(), end.isExplicit(), directives);
  }

  private static YamlDocument withEnds(YamlDocument document, int end, int tail) {
    return new YamlDocument(
        document.root(),
        document.head(),
        document.start(),
        end,
        tail,
        document.explicitStart(),
        document.explicitEnd(),
        document.directives());
  }

  private YamlNode node(Event event, int depth) throws YamlRejected {
    Mark mark = event.getStartMark().orElseThrow();
    Place place = place(mark);
    if (depth > MAX_DEPTH) {
      throw new YamlRejected(
          place,
          "nested more than %d levels deep; no manifest needs that: flatten it"
              .formatted(MAX_DEPTH));
    }
    return switch (event) {
      case ScalarEvent scalar -> scalar(scalar, place);
      case AliasEvent alias ->
          new Alias(
              new Span(index(mark), index(alias.getEndMark().orElseThrow()), place),
              new Properties(null, null),
              alias.getAlias().getValue());
      case MappingStartEvent mapping -> mapping(mapping, place, depth);
      case SequenceStartEvent sequence -> sequence(sequence, place, depth);
      default -> throw new IllegalStateException("unexpected in a document: " + event);
    };
  }

  private Scalar scalar(ScalarEvent event, Place place) {
    int start = index(event.getStartMark().orElseThrow());
    int end = index(event.getEndMark().orElseThrow());
    ScalarStyle style = event.getScalarStyle();
    if ((style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED) && !keepsBreaks(start)) {
      while (end > start && isBreak(text.charAt(end - 1))) {
        end--;
      }
    }
    return new Scalar(
        new Span(start, end, place), properties(event, event.getTag()), event.getValue(), style);
  }

  /** Whether a block scalar says {@code |+} or {@code >+}: its trailing line ends are content. */
  private boolean keepsBreaks(int start) {
    for (int i = start; i < text.length() && !isBreak(text.charAt(i)); i++) {
      char c = text.charAt(i);
      if (c == '+' || c == '#') {
        return c == '+';
      }
    }
    return false;
  }

  private Mapping mapping(MappingStartEvent event, Place place, int depth) throws YamlRejected {
    int start = index(event.getStartMark().orElseThrow());
    List<Entry> entries = new ArrayList<>();
    Event next = events.next();
    while (!(next instanceof MappingEndEvent)) {
      YamlNode key = node(next, depth + 1);
      entries.add(new Entry(key, node(events.next(), depth + 1)));
      next = events.next();
    }
    int end =
        event.isFlow() || entries.isEmpty()
            ? index(next.getEndMark().orElseThrow())
            : entries.getLast().value().span().end();
    return new Mapping(
        new Span(start, end, place), properties(event, event.getTag()), event.isFlow(), entries);
  }

  private Sequence sequence(SequenceStartEvent event, Place place, int depth) throws YamlRejected {
    int start = index(event.getStartMark().orElseThrow());
    List<YamlNode> items = new ArrayList<>();
    Event next = events.next();
    while (!(next instanceof SequenceEndEvent)) {
      items.add(node(next, depth + 1));
      next = events.next();
    }
    int end =
        event.isFlow() || items.isEmpty()
            ? index(next.getEndMark().orElseThrow())
            : items.getLast().span().end();
    return new Sequence(
        new Span(start, end, place), properties(event, event.getTag()), event.isFlow(), items);
  }

  private static Properties properties(NodeEvent event, Optional<String> tag) {
    return new Properties(event.getAnchor().map(Anchor::getValue).orElse(null), tag.orElse(null));
  }

  /** Marks count code points. They come in nearly ascending order, so count from the last one. */
  private int index(Mark mark) {
    if (!astral) {
      return offset + mark.getIndex();
    }
    lastIndex = text.offsetByCodePoints(lastIndex, mark.getIndex() - lastCodePoint);
    lastCodePoint = mark.getIndex();
    return lastIndex;
  }

  private YamlRejected explained(YamlEngineException e) {
    return switch (e) {
      case MarkedYamlEngineException marked -> {
        Place place = marked.getProblemMark().map(YamlReader::place).orElse(Place.WHOLE_TEXT);
        String context = marked.getContext() == null ? "" : marked.getContext() + ", ";
        String remedy =
            marked.getProblem().contains("\\t")
                ? "indent with spaces, not with tabs"
                : "correct the text here or just before";
        yield new YamlRejected(
            place, "no valid YAML: " + context + marked.getProblem() + "; " + remedy);
      }
      case ReaderException unreadable -> {
        int at = Math.min(text.length(), offset + unreadable.getPosition());
        yield new YamlRejected(
            placeOf(text, at),
            unreadable.getCodePoint() == 0
                ? "a zero byte: the file is binary, in UTF-16, or was cut off by a crash; save it as"
                    + " text in UTF-8"
                : "the character U+%04X may not stand in YAML; remove it"
                    .formatted(unreadable.getCodePoint()));
      }
      default ->
          new YamlRejected(Place.WHOLE_TEXT, "no valid YAML: " + e.getMessage() + "; correct it");
    };
  }

  private static Place place(Mark mark) {
    return new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  static Place placeOf(String text, int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Place(line, index - lineStart + 1);
  }

  static boolean isBreak(char c) {
    return c == '\n' || c == '\r';
  }
}
