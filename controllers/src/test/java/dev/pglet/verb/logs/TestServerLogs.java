package dev.pglet.verb.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestServerLogs {
  private static final String TEXT =
      """
      2026-01-31 12:00:00.000 UTC [1] LOG:  starting
      2026-01-31 12:00:01.000 UTC [1] LOG:  ready
      2026-01-31 12:00:03.000 UTC [7] ERROR:  oops
      2026-01-31 12:00:03.000 UTC [7] DETAIL:  so it is
      2026-01-31 12:00:03.000 UTC [7] STATEMENT:  SELECT
      \t1/0
      2026-01-31 12:00:05.000 UTC [1] LOG:  checkpoint
      """;

  private static final String JSON =
      """
      {"timestamp":"2026-01-31 12:00:02.000 UTC","pid":8,"user":"u","dbname":"d","error_severity":"WARNING","message":"two\\nlines","hint":"h"}
      {"timestamp":"2026-01-31 12:00:04.000 UTC","pid":8,"error_severity":"LOG","message":"four"}
      """;

  @TempDir private Path temp;

  private static ServerLogs.Wanted wanted(String since, long tail, String level) {
    return new ServerLogs.Wanted(
        Optional.of(since).filter(text -> !text.isEmpty()).map(Instant::parse),
        Optional.of(tail).filter(most -> most >= 0),
        Severity.of(level));
  }

  private ServerLogs logs(ServerLogs.Wanted wanted) {
    return new ServerLogs(temp, new LogFormat(ZoneId.of("Europe/Berlin")), wanted);
  }

  private List<String> read(ServerLogs.Wanted wanted) throws IOException {
    List<String> lines = new ArrayList<>();
    try (ServerLogs logs = logs(wanted)) {
      logs.open();
      logs.read(true, lines::add);
    }
    return lines;
  }

  private void append(String name, String text) throws IOException {
    Files.writeString(
        temp.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void filesOfBothFormatsAreOneLogInTheOrderOfTime() throws IOException {
    append("server.log", TEXT);
    append("server.json", JSON);
    append("server.log.gz", "no text");
    assertThat(String.join("\n", read(wanted("", -1, ""))))
        .isEqualTo(
            """
            2026-01-31 12:00:00.000 UTC [1] LOG:  starting
            2026-01-31 12:00:01.000 UTC [1] LOG:  ready
            2026-01-31 12:00:02.000 UTC [8] u@d WARNING:  two
            \tlines
            2026-01-31 12:00:02.000 UTC [8] HINT:  h
            2026-01-31 12:00:03.000 UTC [7] ERROR:  oops
            2026-01-31 12:00:03.000 UTC [7] DETAIL:  so it is
            2026-01-31 12:00:03.000 UTC [7] STATEMENT:  SELECT
            \t1/0
            2026-01-31 12:00:04.000 UTC [8] LOG:  four
            2026-01-31 12:00:05.000 UTC [1] LOG:  checkpoint\
            """);
  }

  @Test
  void tailCountsMessagesOfAllFilesAndKeepsTheirLinesTogether() throws IOException {
    append("server.log", TEXT);
    append("server.json", JSON);
    assertThat(read(wanted("", 3, "")))
        .containsExactly(
            "2026-01-31 12:00:03.000 UTC [7] ERROR:  oops",
            "2026-01-31 12:00:03.000 UTC [7] DETAIL:  so it is",
            "2026-01-31 12:00:03.000 UTC [7] STATEMENT:  SELECT",
            "\t1/0",
            "2026-01-31 12:00:04.000 UTC [8] LOG:  four",
            "2026-01-31 12:00:05.000 UTC [1] LOG:  checkpoint");
    assertThat(read(wanted("", 0, ""))).isEmpty();
    assertThat(read(wanted("", 100, ""))).hasSize(9);
  }

  @Test
  void levelAndTimeChooseMessages() throws IOException {
    append("server.log", TEXT);
    append("server.json", JSON);
    assertThat(read(wanted("", -1, "error"))).hasSize(4);
    assertThat(read(wanted("", 1, "warning")).getFirst()).endsWith("ERROR:  oops");
    assertThat(read(wanted("2026-01-31T12:00:04Z", -1, "")))
        .extracting(line -> line.substring(line.indexOf('[')))
        .containsExactly("[8] LOG:  four", "[1] LOG:  checkpoint");
    assertThat(read(wanted("2026-01-31T12:00:03Z", -1, "warning"))).hasSize(4);
  }

  @Test
  void abbreviationsOfZonesAreTheServersOwn() {
    LogFormat format = new LogFormat(ZoneId.of("Europe/Berlin"));
    assertThat(format.parse("2026-01-31 13:00:00.000 CET [1] LOG:  x").time())
        .contains(Instant.parse("2026-01-31T12:00:00Z"));
    assertThat(format.parse("2026-01-31 13:00:00.000 +03 [1] LOG:  x").time())
        .contains(Instant.parse("2026-01-31T10:00:00Z"));
    for (String session :
        List.of("app@app 127.0.0.1 ", "a user@a db [local] ", "[unknown]@ ::1 ")) {
      LogLine line = format.parse("2026-01-31 13:00:00.000 CET [7] " + session + "ERROR:  a@b c");
      assertThat(line.begins()).as(session).isTrue();
      assertThat(line.severity()).as(session).contains(Severity.ERROR);
    }
    assertThat(format.parse("2026-01-31 13:00:00.000 CET [1] LOG:  a@b 1 ERROR:  x").severity())
        .contains(Severity.LOG);
    assertThat(format.parse("{\"no\": \"json log\"}").begins()).isFalse();
    assertThat(format.parse("{torn").begins()).isFalse();
  }

  @Test
  void theTailOfALongLogIsFoundFromItsEnd() throws IOException {
    StringBuilder much = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      much.append("2026-01-31 12:00:00.000 UTC [1] LOG:  message ").append(i).append('\n');
    }
    append("server.log", much.toString());
    List<String> last = read(wanted("", 5000, ""));
    assertThat(last).hasSize(5000);
    assertThat(last.getFirst()).endsWith("message 15000");
    assertThat(last.getLast()).endsWith("message 19999");
  }

  @Test
  void aLineWithoutAnEndIsCutAndDoesNotFillTheMemory() throws IOException {
    append("server.log", "2026-01-31 12:00:00.000 UTC [1] LOG:  " + "x".repeat(3 << 20));
    append("server.log", "\n2026-01-31 12:00:01.000 UTC [1] LOG:  next");
    List<String> lines = read(wanted("", -1, ""));
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).hasSize(LogFile.LONGEST_LINE);
    assertThat(lines.getLast()).endsWith("next");
  }

  @Test
  void followingGoesOnOverRotationRenamingAndEmptying() throws IOException {
    append("server.log", TEXT);
    List<String> shown = new ArrayList<>();
    try (ServerLogs logs = logs(wanted("", 1, ""))) {
      logs.open();
      logs.read(false, shown::add);
      append("server.log", "2026-01-31 12:00:06.000 UTC [1] LOG:  half");
      logs.poll(shown::add);
      append("server.log", " and half\n");
      logs.poll(shown::add);
      Files.move(temp.resolve("server.log"), temp.resolve("server.log.1"));
      append("server.log.1", "2026-01-31 12:00:07.000 UTC [1] LOG:  old file\n");
      append("server.log", "2026-01-31 12:00:08.000 UTC [1] LOG:  new file\n");
      logs.poll(shown::add);
      Files.writeString(temp.resolve("server.log"), "");
      logs.poll(shown::add);
      append("server.log", "2026-01-31 12:00:09.000 UTC [1] LOG:  emptied\n");
      Files.delete(temp.resolve("server.log.1"));
      append("next.json", JSON.lines().toList().getLast() + "\n");
      logs.poll(shown::add);
      assertThat(logs.poll(shown::add)).isFalse();
    }
    assertThat(shown)
        .extracting(line -> line.substring(line.lastIndexOf(":  ") + 3))
        .containsExactly("checkpoint", "half and half", "old file", "new file", "four", "emptied");
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path secret = Files.writeString(temp.resolve("secret"), TEXT);
    Files.createSymbolicLink(temp.resolve("server.log"), secret);
    assertThat(read(wanted("", -1, ""))).isEmpty();
  }
}
