package dev.pglet.exporter;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A page of Prometheus' text format 0.0.4, read strictly: an error for what Prometheus would not
 * take, and for a family that is not in one piece, or twice there.
 *
 * @param types by the name of the family
 */
public record ParsedMetrics(Map<String, String> types, List<Sample> samples) {
  /** One sample. */
  public record Sample(String name, Map<String, String> labels, double value) {}

  /** Reads a page. */
  public static ParsedMetrics parse(String page) {
    Map<String, String> types = new LinkedHashMap<>();
    List<Sample> samples = new ArrayList<>();
    Set<String> series = new HashSet<>();
    Set<String> helped = new HashSet<>();
    String family = "";
    if (!page.endsWith("\n")) {
      throw new IllegalArgumentException("the last line has no end");
    }
    for (String line : page.split("\n", -1)) {
      String[] words = line.split(" ", 4);
      if (line.isEmpty()) {
        continue;
      }
      if (line.startsWith("# HELP ")) {
        if (!helped.add(words[2])) {
          throw new IllegalArgumentException("helped twice: " + line);
        }
      } else if (line.startsWith("# TYPE ")) {
        family = words[2];
        if (types.put(family, words[3]) != null
            || !Set.of("counter", "gauge", "untyped").contains(words[3])
            || !helped.contains(family)) {
          throw new IllegalArgumentException("wrong type: " + line);
        }
      } else {
        Sample sample = sample(line);
        if (!sample.name().equals(family)
            || !series.add(line.substring(0, line.lastIndexOf(' ')))) {
          throw new IllegalArgumentException("out of its family, or twice: " + line);
        }
        samples.add(sample);
      }
    }
    return new ParsedMetrics(types, samples);
  }

  private static Sample sample(String line) {
    int brace = line.indexOf('{');
    int space = line.lastIndexOf(' ');
    Map<String, String> labels = new TreeMap<>();
    String name = brace < 0 ? line.substring(0, space) : line.substring(0, brace);
    if (!name.matches("[a-zA-Z_:][a-zA-Z0-9_:]*")) {
      throw new IllegalArgumentException("no name: " + line);
    }
    if (brace >= 0) {
      int at = brace + 1;
      while (line.charAt(at) != '}') {
        int equals = line.indexOf("=\"", at);
        StringBuilder value = new StringBuilder();
        int end = equals + 2;
        while (line.charAt(end) != '"') {
          char next = line.charAt(end++);
          if (next == '\\') {
            next =
                switch (line.charAt(end++)) {
                  case 'n' -> '\n';
                  case '"' -> '"';
                  case '\\' -> '\\';
                  default -> throw new IllegalArgumentException("wrong escape: " + line);
                };
          }
          value.append(next);
        }
        if (labels.put(line.substring(at, equals), value.toString()) != null) {
          throw new IllegalArgumentException("a label twice: " + line);
        }
        at = end + 1;
        at += line.charAt(at) == ',' ? 1 : 0;
      }
      if (at + 1 != space) {
        throw new IllegalArgumentException("something behind the labels: " + line);
      }
    }
    String value = line.substring(space + 1);
    double number =
        switch (value) {
          case "+Inf" -> Double.POSITIVE_INFINITY;
          case "-Inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(value);
        };
    return new Sample(name, labels, number);
  }

  /** The value of the one sample with that name. */
  public double value(String name) {
    return samples.stream()
        .filter(sample -> sample.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + name))
        .value();
  }

  /** All samples with that name. */
  public List<Sample> all(String name) {
    return samples.stream().filter(sample -> sample.name().equals(name)).toList();
  }

  /** What a dashboard depends on: each family with its type and the names of its labels. */
  public String shape() {
    Map<String, Set<String>> labels = new TreeMap<>();
    samples.forEach(
        sample ->
            labels
                .computeIfAbsent(sample.name(), _ -> new TreeSet<>())
                .addAll(sample.labels().keySet()));
    StringBuilder text = new StringBuilder();
    new TreeMap<>(types)
        .forEach(
            (name, type) -> {
              if (!name.startsWith("pg_settings_")) {
                text.append(name)
                    .append(' ')
                    .append(type)
                    .append(' ')
                    .append(labels.getOrDefault(name, Set.of()))
                    .append('\n');
              }
            });
    return text.toString();
  }
}
