package dev.pglet.manifest.parse;

import dev.pglet.manifest.parse.YamlNode.Alias;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Refuses what makes a text say something else than it seems to say. */
public final class StrictYaml {
  private final List<Flaw> flaws = new ArrayList<>();

  private StrictYaml() {}

  public static List<Flaw> flaws(YamlNode root) {
    StrictYaml strict = new StrictYaml();
    strict.check(root, "");
    return List.copyOf(strict.flaws);
  }

  private void check(YamlNode node, String field) {
    String anchor = node.properties().anchor();
    if (anchor != null) {
      refuse(node, field, "the anchor &" + anchor + " is not supported; write the value out");
    }
    String tag = node.properties().tag();
    if (tag != null) {
      refuse(node, field, "the tag " + tag + " is not supported; remove it");
    }
    switch (node) {
      case Scalar _ -> {}
      case Alias alias ->
          refuse(
              node,
              field,
              "the alias *%s is not supported; write the value out".formatted(alias.name()));
      case Mapping mapping -> checkEntries(mapping, field);
      case Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          check(sequence.items().get(i), field + "[" + i + "]");
        }
      }
    }
  }

  private void checkEntries(Mapping mapping, String field) {
    Map<String, Place> seen = new HashMap<>();
    for (Entry entry : mapping.entries()) {
      if (!(entry.key() instanceof Scalar key)) {
        refuse(entry.key(), field, "a key must be a plain word, not a mapping, list or alias");
        continue;
      }
      check(key, field);
      if (key.plain() && key.text().equals("<<")) {
        refuse(key, field, "the merge key << is not supported; write the fields out");
        continue;
      }
      String path = Fields.child(field, key.text());
      Place first = seen.putIfAbsent(key.text(), key.span().place());
      if (first != null) {
        refuse(
            key,
            path,
            "duplicate key: it stands at line %d already; remove one of the two"
                .formatted(first.line()));
      }
      check(entry.value(), path);
    }
  }

  private void refuse(YamlNode node, String field, String message) {
    flaws.add(new Flaw(node.span().place(), field, message));
  }
}
