package dev.pglet.host.postgres;

import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a server wrote to its log since a start. Immutable.
 *
 * @param collected where it writes its log as soon as it can; empty: to the file alone
 */
record ServerLog(Path file, long begin, Optional<Path> collected) {
  private static final int TAIL = 64 << 10;
  private static final int LINES = 4;

  /** Why a socket cannot be had is said as LOG, before a FATAL that does not repeat it. */
  private static final Pattern GRAVE =
      Pattern.compile("(FATAL|PANIC|ERROR|HINT|DETAIL):  |(LOG|WARNING):  could not ");

  /** Says that all else is written elsewhere, which is read there. */
  private static final String REDIRECTED = "Future log output will ";

  static ServerLog from(Path file, Optional<Path> collected) throws IOException {
    return new ServerLog(file, Files.exists(file) ? Files.size(file) : 0, collected);
  }

  /** The last grave lines, else the last lines; never more than a few. */
  String lastWords() {
    List<String> lines;
    try {
      String text = tail();
      if (collected.isPresent() && text.contains(REDIRECTED)) {
        text = text + "\n" + CollectedLog.tail(collected.get());
      }
      lines =
          text.lines()
              .filter(line -> !line.isBlank() && !line.contains(REDIRECTED))
              .map(String::strip)
              .toList();
    } catch (IOException e) {
      return "its log cannot be read: " + e.getMessage();
    }
    List<String> grave = lines.stream().filter(line -> GRAVE.matcher(line).find()).toList();
    List<String> chosen = grave.isEmpty() ? lines : grave;
    return chosen.isEmpty()
        ? "it wrote nothing to its log"
        : String.join("; ", chosen.subList(Math.max(0, chosen.size() - LINES), chosen.size()));
  }

  private String tail() throws IOException {
    try (FileChannel channel = RegularFiles.open(file)) {
      long from = Math.max(begin, channel.size() - TAIL);
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
      int n = channel.read(buffer, from);
      return n <= 0 ? "" : new String(buffer.array(), 0, n, StandardCharsets.UTF_8);
    }
  }
}
