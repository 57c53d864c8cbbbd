package dev.pglet.manifest;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.parse.DocumentParser;
import dev.pglet.manifest.parse.Flaw;
import dev.pglet.manifest.parse.ParsedText;
import dev.pglet.manifest.parse.Place;
import dev.pglet.manifest.parse.Utf8Text;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlRejected;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One file or text to manifests, without a directory around it. Thread-safe. */
public final class ManifestReader {
  private static final Set<FieldPath> FREE =
      Set.of(FieldPath.of("metadata", "labels"), FieldPath.of("metadata", "annotations"));

  private final DocumentParser parser;

  public ManifestReader(KindRegistry kinds) {
    this.parser = new DocumentParser(kinds);
  }

  /**
   * What a file says.
   *
   * @param manifests the good documents
   * @param problems everything that is wrong, in the order of the text
   * @param rejectedKeys the resources that bad documents seem to be about
   */
  public record Content(
      List<Manifest> manifests, List<Problem> problems, Set<ResourceKey> rejectedKeys) {
    public Content {
      manifests = List.copyOf(manifests);
      problems = List.copyOf(problems);
      rejectedKeys = Set.copyOf(rejectedKeys);
    }

    static Content rejected(Problem problem) {
      return new Content(List.of(), List.of(problem), Set.of());
    }

    /** The manifests, if nothing at all is wrong. */
    public List<Manifest> orThrow() throws ManifestRejected {
      if (!problems.isEmpty()) {
        throw new ManifestRejected(problems);
      }
      return manifests;
    }
  }

  /** Reads a file once, whatever its age. A missing or unreadable file is an I/O error. */
  public Content readFile(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      // A pipe or a device has no size, and may have no end.
      return read(file, in.readNBytes(Utf8Text.MAX_BYTES + 1));
    }
  }

  /** Reads a text; messages call it by the file's name. */
  public Content read(Path file, String text) {
    return read(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads the bytes of a text; messages call it by the file's name. */
  public Content read(Path file, byte[] bytes) {
    ParsedText parsed;
    try {
      parsed = parser.parse(Utf8Text.decode(bytes));
    } catch (YamlRejected e) {
      return Content.rejected(problem(file, e.flaw()));
    }
    return new Content(
        parsed.documents().stream().map(document -> manifest(file, document)).toList(),
        parsed.flaws().stream().map(flaw -> problem(file, flaw)).toList(),
        parsed.flawedKeys());
  }

  /** Checks and binds a spec that was put together from several documents. */
  public DocumentParser.Bound bind(String kind, ObjectMeta metadata, YamlNode.Mapping spec) {
    return parser.bind(kind, metadata, spec);
  }

  /** Whether a field is a mapping of names that users choose. */
  boolean isFreeMap(String kind, FieldPath path) {
    return FREE.contains(path)
        || parser.isFreeMap(
            kind,
            path.parts().stream()
                .filter(FieldPath.Key.class::isInstance)
                .map(part -> ((FieldPath.Key) part).name())
                .toList());
  }

  static Problem problem(Path file, Flaw flaw) {
    return new Problem(
        file, flaw.place().line(), flaw.place().column(), flaw.field(), flaw.message());
  }

  private static Manifest manifest(Path file, ParsedText.Document document) {
    return new Manifest(
        document.key(),
        document.resource(),
        file,
        document.index(),
        document.specHash(),
        document.text(),
        positions(document.places()));
  }

  private static FieldPositions positions(Map<String, Place> places) {
    return new FieldPositions(
        places.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    place ->
                        new FieldPositions.Position(
                            place.getValue().line(), place.getValue().column()))));
  }
}
