package dev.pglet.verb.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestStatementReader {
  private final StatementReader reader = new StatementReader();

  private List<String> read(String text) {
    List<String> statements = new ArrayList<>();
    text.lines().forEach(line -> statements.addAll(reader.line(line)));
    return statements;
  }

  @Test
  void aStatementEndsWithItsSemicolon() {
    assertThat(read("SELECT 1; SELECT\n 2 ;; \n;")).containsExactly("SELECT 1", "SELECT\n 2");
    assertThat(reader.pending()).isFalse();
    assertThat(read("SELECT 3")).isEmpty();
    assertThat(reader.pending()).isTrue();
    assertThat(reader.rest()).contains("SELECT 3");
    assertThat(reader.rest()).isEmpty();
  }

  @Test
  void semicolonsInQuotesEndNothing() {
    assertThat(read("SELECT ';''; ', \"a;\"\";\", E'\\';', 'a\n;b'; x;"))
        .containsExactly("SELECT ';''; ', \"a;\"\";\", E'\\';', 'a\n;b'", "x");
    assertThat(read("SELECT 'a\\'; SELECT 2;")).containsExactly("SELECT 'a\\'", "SELECT 2");
  }

  @Test
  void semicolonsInDollarQuotesEndNothing() {
    assertThat(read("DO $$ BEGIN; $a$ ; END $$; SELECT $x_1$;$$;$x_1$; SELECT a$1;"))
        .containsExactly("DO $$ BEGIN; $a$ ; END $$", "SELECT $x_1$;$$;$x_1$", "SELECT a$1");
    assertThat(read("EXECUTE p($1); SELECT 1;")).containsExactly("EXECUTE p($1)", "SELECT 1");
  }

  @Test
  void semicolonsInCommentsEndNothing() {
    assertThat(read("SELECT 1 -- ; no '\n /* ; /* ; */ ' ; */ + 1; -- rest;"))
        .containsExactly("SELECT 1 -- ; no '\n /* ; /* ; */ ' ; */ + 1");
    assertThat(reader.pending()).isFalse();
    assertThat(reader.rest()).isEmpty();
  }

  @Test
  void bodiesOfRulesAndFunctionsStayWhole() {
    String rule = "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)";
    String function =
        "CREATE OR REPLACE FUNCTION f(int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1"
            + " END; SELECT 2; END";
    assertThat(read(rule + "; " + function + "; BEGIN; END;"))
        .containsExactly(rule, function, "BEGIN", "END");
  }
}
