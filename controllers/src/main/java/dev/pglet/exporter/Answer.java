package dev.pglet.exporter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a collector has found, of all databases together: a family must be written in one
 * piece. Rows whose labels are equal, and those beyond the most that are shown, are counted and
 * left out.
 */
final class Answer {
  @SuppressWarnings("ArrayRecordComponent") // rows are never compared
  private record Row(byte[] labels, @Nullable String[] values) {}

  private final Collector collector;
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private int dropped;

  Answer(Collector collector) {
    this.collector = collector;
  }

  /** Takes in one row, labels first. */
  void add(@Nullable String[] columns) {
    int labels = collector.labels().size();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < labels; i++) {
      String value = columns[i];
      values.add(value == null ? "" : value);
    }
    byte[] block = MetricsText.labels(collector.labels(), values);
    boolean full = collector.mostRows() > 0 && rows.size() >= collector.mostRows();
    if (full || !seen.add(new String(block, StandardCharsets.UTF_8))) {
      dropped++;
      return;
    }
    rows.add(new Row(block, Arrays.copyOfRange(columns, labels, columns.length)));
  }

  Collector collector() {
    return collector;
  }

  int dropped() {
    return dropped;
  }

  void write(MetricsText text) {
    List<Metric> metrics = collector.metrics();
    for (int i = 0; i < metrics.size(); i++) {
      int column = i;
      if (rows.stream().noneMatch(row -> row.values()[column] != null)) {
        continue;
      }
      text.family(metrics.get(i));
      byte[] name = ScrapeMetrics.bytes(metrics.get(i).name());
      for (Row row : rows) {
        String value = row.values()[i];
        if (value != null) {
          text.sample(name, row.labels(), value);
        }
      }
    }
  }
}
