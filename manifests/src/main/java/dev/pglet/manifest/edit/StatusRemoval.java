package dev.pglet.manifest.edit;

import dev.pglet.manifest.edit.text.EditRefused;
import dev.pglet.manifest.edit.text.StatusEdit;
import dev.pglet.manifest.edit.text.YamlShape;
import dev.pglet.manifest.parse.Place;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a version control keeps of a file: the same text without each {@code status:} that pglet has
 * written, so {@code of(withStatus(text)) = of(text)}. What is no manifest of pglet, and what
 * cannot be read or edited safely, stays as it is: a merge conflict must survive. Pure.
 */
public final class StatusRemoval {
  private static final String STATUS = "status";

  /** Served under another API version too: see the kinds' aliases. */
  private static final Set<String> ALIASED = Set.of("PostgreSQLInstance", "Configuration");

  private StatusRemoval() {}

  /** The text without the statuses. Removing them from the result changes nothing more. */
  public static String of(String text) {
    if (!text.contains(STATUS)) {
      return text;
    }
    try {
      List<YamlDocument> before = YamlReader.read(text);
      String edited = text;
      // From the end, so that the places before stay right.
      for (YamlDocument document : before.reversed()) {
        edited = without(edited, document);
      }
      return edited.equals(text) || isSame(before, YamlReader.read(edited)) ? edited : text;
    } catch (YamlRejected e) {
      return text;
    }
  }

  /** Where each status of a manifest of pglet stands; none in a text that cannot be read. */
  public static List<Place> places(String text) {
    List<Place> places = new ArrayList<>();
    try {
      for (YamlDocument document : YamlReader.read(text)) {
        if (isManifest(document) && document.root() instanceof YamlNode.Mapping root) {
          root.entries().stream()
              .filter(entry -> entry.isNamed(STATUS))
              .forEach(entry -> places.add(entry.key().span().place()));
        }
      }
    } catch (YamlRejected e) {
      return List.of();
    }
    return places;
  }

  private static String without(String text, YamlDocument document) {
    if (!isManifest(document) || !(document.root() instanceof YamlNode.Mapping root)) {
      return text;
    }
    List<YamlNode.Entry> statuses =
        root.entries().stream().filter(entry -> entry.isNamed(STATUS)).toList();
    if (statuses.size() != 1) {
      return text; // two of them are somebody's mistake, which is not to be hidden
    }
    try {
      return StatusEdit.cut(text, root, statuses.getFirst());
    } catch (EditRefused e) {
      return text;
    }
  }

  private static boolean isManifest(YamlDocument document) {
    Optional<String> version = text(document, "apiVersion");
    return version.isPresent()
        && (version.get().startsWith("pglet.dev/")
            || (version.get().equals("v1")
                && text(document, "kind").filter(ALIASED::contains).isPresent()));
  }

  private static Optional<String> text(YamlDocument document, String field) {
    return document.root() instanceof YamlNode.Mapping root
            && root.entry(field).map(YamlNode.Entry::value).orElse(null)
                instanceof YamlNode.Scalar scalar
        ? Optional.of(scalar.text())
        : Optional.empty();
  }

  private static boolean isSame(List<YamlDocument> before, List<YamlDocument> after) {
    boolean same = before.size() == after.size();
    for (int i = 0; same && i < before.size(); i++) {
      List<String> omit = isManifest(before.get(i)) ? List.of(STATUS) : List.of();
      same =
          YamlShape.without(before.get(i), omit).equals(YamlShape.without(after.get(i), omit))
              && (YamlShape.hasDanglingAlias(before.get(i))
                  || !YamlShape.hasDanglingAlias(after.get(i)));
    }
    return same;
  }
}
