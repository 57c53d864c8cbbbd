package dev.pglet.server.access;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What a running server says against its pg_hba.conf as it is on the disk, before it reads it. */
public final class RuleFile {
  /** A rule that never applies is no error: TLS may be switched on by the same reload. */
  private static final String HARMLESS = "%record cannot match because%";

  private RuleFile() {}

  /** Something that PostgreSQL says against a line, counted from 1. */
  public record Complaint(int line, String message) {}

  /** All of them. A file with one is not loaded. */
  public static List<Complaint> complaints(Connection superuser) throws SQLException {
    List<Complaint> complaints = new ArrayList<>();
    try (Statement statement = superuser.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT line_number, error FROM pg_catalog.pg_hba_file_rules"
                    + " WHERE error IS NOT NULL AND error NOT LIKE '"
                    + HARMLESS
                    + "' ORDER BY line_number")) {
      while (rows.next()) {
        complaints.add(new Complaint(rows.getInt(1), rows.getString(2)));
      }
    }
    return complaints;
  }
}
