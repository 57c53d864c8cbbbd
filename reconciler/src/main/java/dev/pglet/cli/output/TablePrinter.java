package dev.pglet.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints Kubernetes' {@code Table} objects as aligned columns, three blanks apart. */
public final class TablePrinter {
  private static final String GAP = "   ";

  private final PrintStream out;
  private final boolean wide;
  private final boolean namespaces;
  private final boolean headers;
  private List<Integer> widths = List.of();

  /**
   * A printer.
   *
   * @param wide show the columns of every priority
   * @param namespaces begin with the namespace
   */
  public TablePrinter(PrintStream out, boolean wide, boolean namespaces, boolean headers) {
    this.out = out;
    this.wide = wide;
    this.namespaces = namespaces;
    this.headers = headers;
  }

  /** Prints a table. Further ones, as a watch brings them, go on below in the same columns. */
  public void print(JsonNode table) {
    List<List<String>> lines = new ArrayList<>();
    boolean first = widths.isEmpty();
    if (first) {
      lines.add(head(table));
    }
    for (JsonNode row : table.path("rows")) {
      lines.add(cells(table, row));
    }
    if (first) {
      widths = widths(lines);
    }
    for (List<String> line : headers || !first ? lines : lines.subList(1, lines.size())) {
      print(line);
    }
    out.flush();
  }

  /** Prints lines of cells, the first of which is the heading. */
  public static void print(PrintStream out, List<List<String>> lines) {
    TablePrinter printer = new TablePrinter(out, true, false, true);
    printer.widths = printer.widths(lines);
    lines.forEach(printer::print);
    out.flush();
  }

  private List<String> head(JsonNode table) {
    List<String> head = new ArrayList<>();
    if (namespaces) {
      head.add("NAMESPACE");
    }
    for (JsonNode column : table.path("columnDefinitions")) {
      if (shown(column)) {
        head.add(column.path("name").asText().toUpperCase(Locale.ROOT));
      }
    }
    return head;
  }

  private List<String> cells(JsonNode table, JsonNode row) {
    List<String> cells = new ArrayList<>();
    if (namespaces) {
      cells.add(row.path("object").path("metadata").path("namespace").asText());
    }
    JsonNode columns = table.path("columnDefinitions");
    for (int i = 0; i < columns.size(); i++) {
      if (shown(columns.path(i))) {
        JsonNode cell = row.path("cells").path(i);
        cells.add(cell.isNull() || cell.isMissingNode() ? "" : cell.asText());
      }
    }
    return cells;
  }

  private boolean shown(JsonNode column) {
    return wide || column.path("priority").asInt() == 0;
  }

  private List<Integer> widths(List<List<String>> lines) {
    List<Integer> widest = new ArrayList<>();
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        int width = line.get(i).codePointCount(0, line.get(i).length());
        if (i == widest.size()) {
          widest.add(width);
        } else if (width > widest.get(i)) {
          widest.set(i, width);
        }
      }
    }
    return widest;
  }

  private void print(List<String> line) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.size(); i++) {
      String cell = line.get(i);
      text.append(cell);
      if (i < line.size() - 1) {
        int width = i < widths.size() ? widths.get(i) : 0;
        text.repeat(' ', Math.max(0, width - cell.codePointCount(0, cell.length()))).append(GAP);
      }
    }
    out.println(text.toString().stripTrailing());
  }
}
