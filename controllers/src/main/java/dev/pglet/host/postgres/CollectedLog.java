package dev.pglet.host.postgres;

import dev.pglet.host.file.OpenDirectory;
import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The files that a server's logging collector writes: in a directory of the server's account, in
 * any of PostgreSQL's formats, named by the time at which they begin. Others may write there
 * meanwhile. Stateless.
 */
public final class CollectedLog {
  /** The setting {@code log_filename}; the formats but text replace its end. */
  public static final String FILENAME = "postgresql-%Y-%m-%d_%H%M%S.log";

  private static final Pattern NAME =
      Pattern.compile("postgresql-\\d{4}-\\d{2}-\\d{2}_\\d{6}\\.(log|json|csv)");
  private static final int TAIL = 64 << 10;
  private static final String START = "LOG:  starting PostgreSQL";

  private CollectedLog() {}

  private record LogFile(String name, FileTime written) {
    String format() {
      return name.substring(name.lastIndexOf('.') + 1);
    }
  }

  /**
   * The names of files that were last written to before a time. The newest of each format is never
   * among them, by its name or by when it was written: the server may still have it open, and a
   * clock that was set back gives it a name that looks older.
   */
  public static List<String> olderThan(Path directory, Instant time) throws IOException {
    List<LogFile> files = files(directory);
    Set<LogFile> newest = new HashSet<>();
    newest.addAll(last(files, Comparator.comparing(LogFile::name)));
    newest.addAll(last(files, Comparator.comparing(LogFile::written).thenComparing(LogFile::name)));
    return files.stream()
        .filter(file -> file.written().toInstant().isBefore(time))
        .filter(file -> !newest.contains(file))
        .map(LogFile::name)
        .sorted()
        .toList();
  }

  /** The last of each format. */
  private static Collection<LogFile> last(List<LogFile> files, Comparator<LogFile> order) {
    return files.stream()
        .collect(Collectors.toMap(LogFile::format, file -> file, BinaryOperator.maxBy(order)))
        .values();
  }

  /** The names of all files. */
  public static List<String> names(Path directory) throws IOException {
    return files(directory).stream().map(LogFile::name).sorted().toList();
  }

  /** Removes files by their names; one that no collector would write under that name stays. */
  public static void remove(Path directory, List<String> names) throws IOException {
    try (OpenDirectory open = OpenDirectory.open(directory)) {
      for (String name : names) {
        if (NAME.matcher(name).matches()) {
          open.delete(Path.of(name));
        }
      }
    }
  }

  /**
   * The end of the log since the server was last started, as text whatever its format; empty when
   * there is none.
   */
  public static String tail(Path directory) throws IOException {
    Optional<LogFile> newest = Optional.empty();
    for (LogFile file : files(directory)) {
      if (newest.isEmpty() || later(file, newest.get())) {
        newest = Optional.of(file);
      }
    }
    if (newest.isEmpty()) {
      return "";
    }
    String text =
        text(directory.resolve(newest.get().name()))
            .lines()
            .map(line -> LogEntry.parse(line).map(LogEntry::text).orElse(line))
            .collect(Collectors.joining("\n"));
    int start = text.lastIndexOf(START);
    return start < 0 ? text : text.substring(start);
  }

  /** Beside the file of another format there is one of text, for what is no message. */
  private static boolean later(LogFile file, LogFile than) {
    int order = file.written().compareTo(than.written());
    return order > 0 || (order == 0 && than.format().equals("log"));
  }

  private static List<LogFile> files(Path directory) throws IOException {
    List<LogFile> files = new ArrayList<>();
    try (OpenDirectory open = OpenDirectory.open(directory)) {
      for (Path name : open.names()) {
        Optional<PosixFileAttributes> found =
            NAME.matcher(name.toString()).matches() ? open.attributes(name) : Optional.empty();
        found
            .filter(PosixFileAttributes::isRegularFile)
            .ifPresent(file -> files.add(new LogFile(name.toString(), file.lastModifiedTime())));
      }
    }
    return files;
  }

  private static String text(Path file) throws IOException {
    try (FileChannel channel = RegularFiles.open(file)) {
      long from = Math.max(0, channel.size() - TAIL);
      ByteBuffer buffer = ByteBuffer.allocate((int) (channel.size() - from));
      int n = channel.read(buffer, from);
      return n <= 0 ? "" : new String(buffer.array(), 0, n, StandardCharsets.UTF_8);
    }
  }
}
