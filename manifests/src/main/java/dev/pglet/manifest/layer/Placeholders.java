package dev.pglet.manifest.layer;

import dev.pglet.manifest.Problem;
import dev.pglet.manifest.parse.PlainScalar;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Alias;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * Replaces <code>${name}</code> and <code>${env:NAME}</code> in the texts of a merged tree, where
 * the layer that wrote them allows it; <code>$${</code> stands for <code>${</code> itself. What
 * stood in quotes stays text; what did not is read as if the replaced text had been written there.
 * Used once.
 */
final class Placeholders {
  /** No other variable of the daemon's environment gets into a spec. */
  static final String VARIABLES = "PGLET_VAR_";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)(}?)");
  private static final String ENVIRONMENT = "env:";

  private final Map<String, Optional<String>> values;
  private final UnaryOperator<@Nullable String> environment;
  private final Map<String, Layer> layers;
  private final Blame blame;
  private final List<Problem> problems = new ArrayList<>();

  /** Makes a problem of a field of the spec. */
  interface Blame {
    Problem problem(String path, String message);
  }

  /**
   * For one tree.
   *
   * @param values by name; empty: the name is known, and its value is not
   * @param environment the value of a variable, or null
   */
  Placeholders(
      Map<String, Optional<String>> values,
      UnaryOperator<@Nullable String> environment,
      Map<String, Layer> layers,
      Blame blame) {
    this.values = new TreeMap<>(values);
    this.environment = environment;
    this.layers = layers;
    this.blame = blame;
  }

  List<Problem> problems() {
    return problems;
  }

  /** The tree with everything replaced that can be. */
  Mapping replaced(Mapping tree) {
    return (Mapping) replaced(tree, "");
  }

  private YamlNode replaced(YamlNode node, String path) {
    return switch (node) {
      case Scalar scalar -> allowed(path) ? scalar(scalar, path) : scalar;
      case Mapping mapping -> {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : mapping.entries()) {
          String name = ((Scalar) entry.key()).text();
          entries.add(
              new Entry(
                  entry.key(), replaced(entry.value(), path.isEmpty() ? name : path + "." + name)));
        }
        yield new Mapping(mapping.span(), mapping.properties(), mapping.flow(), entries);
      }
      case Sequence sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
          items.add(replaced(sequence.items().get(i), path + "[" + i + "]"));
        }
        yield new Sequence(sequence.span(), sequence.properties(), sequence.flow(), items);
      }
      case Alias alias -> alias;
    };
  }

  private boolean allowed(String path) {
    Layer layer = layers.get(path);
    return layer != null && layer.placeholders();
  }

  private Scalar scalar(Scalar scalar, String path) {
    if (!scalar.text().contains("${")) {
      return scalar;
    }
    String text = text(scalar.text(), path);
    boolean typed =
        scalar.plain() && (PlainScalar.isDecimalNumber(text) || PlainScalar.isBoolean(text));
    return new Scalar(
        scalar.span(),
        scalar.properties(),
        text,
        typed ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED);
  }

  private String text(String text, String path) {
    Matcher matcher = PLACEHOLDER.matcher(text);
    StringBuilder replaced = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      String value =
          name == null ? "${" : value(name, !matcher.group(2).isEmpty(), path).orElse("");
      matcher.appendReplacement(replaced, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(replaced).toString();
  }

  private Optional<String> value(String name, boolean closed, String path) {
    if (!closed) {
      return refuse(path, "${%s is not closed; write a } behind it, or $${ for ${ itself", name);
    }
    if (name.startsWith(ENVIRONMENT)) {
      return variable(name.substring(ENVIRONMENT.length()), path);
    }
    Optional<String> value = values.get(name);
    if (value == null) {
      return refuse(
          path,
          "${%s} is not known; use one of ${"
              + String.join("}, ${", values.keySet())
              + "}, ${env:PGLET_VAR_…}, or write $${ for ${ itself",
          name);
    }
    return value.isPresent()
        ? value
        : refuse(path, "${%s} is not known here: the spec does not write it; write it", name);
  }

  private Optional<String> variable(String name, String path) {
    if (!name.startsWith(VARIABLES)) {
      return refuse(
          path, "${env:%s}: only variables that begin with PGLET_VAR_ are read; rename it", name);
    }
    String value = environment.apply(name);
    return value == null
        ? refuse(
            path, "${env:%s}: the variable is not set; set it in the environment of pglet", name)
        : Optional.of(value);
  }

  private Optional<String> refuse(String path, String message, String name) {
    problems.add(blame.problem(path, message.formatted(name)));
    return Optional.empty();
  }
}
