package dev.pglet.supervision;

import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.postgres.CollectedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a server that has ended says of it in its log. Only lines that the server says of itself:
 * those about a client's statement may hold what is nobody's business. Stateless.
 */
final class DyingWords {
  private static final int TAIL = 64 << 10;
  private static final int LINES = 2;
  private static final int LONGEST = 300;

  /** Time and process, which are others each time. */
  private static final Pattern PREFIX = Pattern.compile("^.*?(?=(?:PANIC|FATAL|LOG):  )");

  private static final Pattern TELLING =
      Pattern.compile(
          "PANIC:  |FATAL:  (?!.*(?:authentication|role|database|the database system is|terminating|connection))"
              + "|LOG:  .*process.* was terminated by signal|LOG:  .*process.* exited with exit code"
              + "|LOG:  (?:could not |aborting startup|shutting down (?:because|due))");

  private static final Pattern SPACE =
      Pattern.compile("No space left on device|Disk quota exceeded");

  private DyingWords() {}

  /**
   * Empty when the log says nothing of it, as after a {@code kill -9}, or cannot be read.
   *
   * @param newest only since a server was last started, as far as the tail goes
   */
  static String of(Path log, boolean newest) {
    try {
      return of(tail(log, newest));
    } catch (IOException e) {
      return "";
    }
  }

  /** The same of a server that writes its log to files in a directory. */
  static String ofCollected(Path directory) {
    try {
      return of(CollectedLog.tail(directory));
    } catch (IOException e) {
      return "";
    }
  }

  private static String of(String log) {
    List<String> telling =
        log.lines()
            .filter(line -> TELLING.matcher(line).find())
            .map(line -> PREFIX.matcher(line).replaceFirst(""))
            .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line)
            .toList();
    // How it went down is said after why.
    List<String> grave = telling.stream().filter(line -> !line.startsWith("LOG")).toList();
    List<String> chosen = grave.isEmpty() ? telling : grave;
    return String.join("; ", chosen.subList(Math.max(0, chosen.size() - LINES), chosen.size()));
  }

  static boolean tellOfSpace(String words) {
    return SPACE.matcher(words).find();
  }

  private static String tail(Path log, boolean newest) throws IOException {
    try (FileChannel channel = RegularFiles.open(log)) {
      long from = Math.max(0, channel.size() - TAIL);
      ByteBuffer buffer = ByteBuffer.allocate((int) (channel.size() - from));
      int n = channel.read(buffer, from);
      String text = n <= 0 ? "" : new String(buffer.array(), 0, n, StandardCharsets.UTF_8);
      int start = newest ? text.lastIndexOf("LOG:  starting PostgreSQL") : -1;
      return start < 0 ? text : text.substring(start);
    }
  }
}
