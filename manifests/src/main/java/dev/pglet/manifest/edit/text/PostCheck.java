package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.manifest.edit.change.TreeDiff;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.util.ArrayList;
import java.util.List;

/** Reads the text after an edit again, and refuses it when more has changed than was asked for. */
public final class PostCheck {
  private PostCheck() {}

  /** The documents of a text. */
  public static List<YamlDocument> read(String text) throws EditRefused {
    try {
      return YamlReader.read(text);
    } catch (YamlRejected e) {
      throw EditRefused.unreadable(e.flaw());
    }
  }

  /** All documents but one must be the same; the documents after the edit. */
  public static List<YamlDocument> others(String before, String after, int edited)
      throws EditRefused {
    List<YamlDocument> old = read(before);
    List<YamlDocument> now;
    try {
      now = YamlReader.read(after);
    } catch (YamlRejected e) {
      throw refusal(old.get(edited), "");
    }
    if (old.size() != now.size()) {
      throw refusal(old.get(edited), "");
    }
    for (int i = 0; i < old.size(); i++) {
      if (i != edited && !YamlShape.of(old.get(i)).equals(YamlShape.of(now.get(i)))) {
        throw refusal(old.get(edited), "");
      }
    }
    return now;
  }

  /** The documents must be the same but for one field, and every alias must have its anchor. */
  public static void sameWithout(YamlDocument before, YamlDocument after, List<String> path)
      throws EditRefused {
    boolean broken = YamlShape.hasDanglingAlias(after) && !YamlShape.hasDanglingAlias(before);
    if (broken || !YamlShape.without(before, path).equals(YamlShape.without(after, path))) {
      throw refusal(before, String.join(".", path));
    }
  }

  /** The document must begin and end as before, and say what is wanted. */
  public static void means(YamlDocument before, YamlDocument after, JsonNode wanted)
      throws EditRefused {
    boolean same =
        before.explicitStart() == after.explicitStart()
            && before.explicitEnd() == after.explicitEnd()
            && before.directives().equals(after.directives())
            && YamlValue.of(after.root()).filter(value -> TreeDiff.same(value, wanted)).isPresent();
    if (!same) {
      throw refusal(before, "");
    }
  }

  /** The documents must say the same, however they begin and end. */
  public static void sameContent(YamlDocument wanted, YamlDocument written) throws EditRefused {
    if (!YamlShape.of(wanted.root()).equals(YamlShape.of(written.root()))) {
      throw refusal(written, "");
    }
  }

  /** The text after must be that before without one document. */
  public static void removed(List<YamlDocument> before, List<YamlDocument> after, int gone)
      throws EditRefused {
    List<YamlDocument> left = new ArrayList<>(before);
    YamlDocument removed = left.remove(gone);
    boolean same = left.size() == after.size();
    for (int i = 0; same && i < left.size(); i++) {
      same = YamlShape.of(left.get(i)).equals(YamlShape.of(after.get(i)));
    }
    if (!same) {
      throw refusal(removed, "");
    }
  }

  /** The text after must be that before, and one document more. */
  public static void added(List<YamlDocument> before, List<YamlDocument> after, YamlDocument more)
      throws EditRefused {
    boolean same = after.size() == before.size() + 1;
    for (int i = 0; same && i < before.size(); i++) {
      same = YamlShape.of(before.get(i)).equals(YamlShape.of(after.get(i)));
    }
    if (!same) {
      throw refusal(more, "");
    }
    sameContent(more, after.getLast());
  }

  public static EditRefused refusal(YamlDocument document, String field) {
    return EditRefused.wouldReformat(document.root(), field);
  }
}
