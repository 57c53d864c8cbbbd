package dev.pglet.manifest.parse;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines that a version control leaves in a file where two changes meet. Such a text is never
 * obeyed, even if it happens to be YAML, and what is wrong with it is not its YAML.
 */
final class ConflictMarkers {
  private static final Pattern MARKER =
      Pattern.compile("(?m)^(<{7}|>{7}|\\|{7})( [^\\r\\n]*)?\\r?$");

  private ConflictMarkers() {}

  static Optional<YamlRejected> find(String text) {
    Matcher marker = MARKER.matcher(text);
    if (!marker.find()) {
      return Optional.empty();
    }
    int first = YamlReader.placeOf(text, marker.start()).line();
    String written = marker.group().strip();
    int last = first;
    while (marker.find()) {
      last = YamlReader.placeOf(text, marker.start()).line();
    }
    String where = last == first ? "at line " + first : "at line %d to %d".formatted(first, last);
    return Optional.of(
        new YamlRejected(
            new Place(first, 1),
            "merge conflict markers %s (\"%s\"); keep one of the two sides, and remove the lines of <, =, > and |"
                .formatted(where, written)));
  }
}
