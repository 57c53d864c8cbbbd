package dev.pglet.exporter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * One statement and the metrics that its columns are.
 *
 * @param from the first major version that it is for
 * @param to the last; empty: all newer ones
 * @param perDatabase whether it is asked in each database, or once for the server
 * @param mostRows how many rows are shown at most; 0: all
 * @param labels the names of the first columns
 * @param metrics one for each further column
 */
record Collector(
    String name,
    int from,
    Optional<Integer> to,
    boolean perDatabase,
    int mostRows,
    List<String> labels,
    List<Metric> metrics,
    String sql) {
  private static final String RESOURCE = "collectors.sql";
  private static final List<Collector> ALL = read();

  Collector {
    labels = List.copyOf(labels);
    metrics = List.copyOf(metrics);
  }

  /** Those for a major version, in a fixed order. */
  static List<Collector> of(int major) {
    return ALL.stream()
        .filter(each -> major >= each.from && each.to.map(last -> major <= last).orElse(true))
        .toList();
  }

  private static List<Collector> read() {
    try (InputStream in = Collector.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + RESOURCE);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + RESOURCE, e);
    }
  }

  /** The format is described at the head of the resource. */
  static List<Collector> parse(String text) {
    List<Collector> all = new ArrayList<>();
    for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
      String line = lines.next();
      if (!line.isBlank() && !line.startsWith("#")) {
        all.add(one(line, lines));
      }
    }
    return List.copyOf(all);
  }

  private static Collector one(String head, Iterator<String> lines) {
    List<String> words = List.of(head.split(" ", -1));
    String labels = lines.next();
    if (!words.getFirst().equals("collector") || !labels.startsWith("labels")) {
      throw new IllegalStateException(RESOURCE + ": not the head of a collector: " + head);
    }
    List<Metric> metrics = new ArrayList<>();
    String line = lines.next();
    for (; !line.equals("sql"); line = lines.next()) {
      String[] parts = line.split(" ", 3);
      metrics.add(new Metric(parts[0], parts[1], parts[2]));
    }
    StringBuilder sql = new StringBuilder();
    for (line = lines.next(); !line.equals("end"); line = lines.next()) {
      sql.append(line).append('\n');
    }
    return new Collector(
        words.get(1),
        Integer.parseInt(words.get(2)),
        words.get(3).equals("-") ? Optional.empty() : Optional.of(Integer.parseInt(words.get(3))),
        words.get(4).equals("database"),
        words.size() > 5 ? Integer.parseInt(words.get(5)) : 0,
        labels.equals("labels") ? List.of() : List.of(labels.substring(7).split(" ", -1)),
        metrics,
        sql.toString().stripTrailing());
  }
}
