package dev.pglet.verb;

import dev.pglet.cli.output.TablePrinter;
import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Rows as aligned columns. */
public final class ResultTable {
  private ResultTable() {}

  /** Prints all rows with the columns' names above; returns how many there were. */
  public static int print(ResultSet results, PrintStream out) throws SQLException {
    ResultSetMetaData meta = results.getMetaData();
    List<List<String>> lines = new ArrayList<>();
    List<String> heading = new ArrayList<>();
    for (int column = 1; column <= meta.getColumnCount(); column++) {
      heading.add(meta.getColumnLabel(column));
    }
    lines.add(heading);
    while (results.next()) {
      List<String> line = new ArrayList<>();
      for (int column = 1; column <= meta.getColumnCount(); column++) {
        String value = results.getString(column);
        line.add(value == null ? "" : value);
      }
      lines.add(line);
    }
    TablePrinter.print(out, lines);
    return lines.size() - 1;
  }
}
