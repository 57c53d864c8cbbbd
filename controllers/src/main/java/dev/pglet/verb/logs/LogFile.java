package dev.pglet.verb.logs;

import dev.pglet.host.file.RegularFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One file that a server writes to, read by a window that moves over it. It stays open, and so the
 * same file, when it is renamed. Not thread-safe.
 */
final class LogFile implements AutoCloseable {
  private static final int WINDOW = 64 << 10;

  /** A line is cut here: what has no end must not fill the memory. */
  static final int LONGEST_LINE = 1 << 20;

  private final FileChannel channel;
  private final LogFormat format;
  private final byte[] window = new byte[WINDOW];
  private long windowStart;
  private int windowLength;
  private long position;

  LogFile(Path file, LogFormat format) throws IOException {
    this.channel = RegularFiles.open(file);
    this.format = format;
  }

  /** Goes to the end. */
  void skipAll() throws IOException {
    position = channel.size();
  }

  /**
   * Goes to where reading must begin for the last messages that are wanted.
   *
   * @param most how many of them
   * @param wanted tells them from others
   * @param old of a message: nothing before it is wanted
   */
  void rewind(long most, Predicate<LogLine> wanted, Predicate<LogLine> old) throws IOException {
    long start = channel.size();
    position = start;
    long found = 0;
    while (start > 0 && found < most) {
      long before = lineStart(start);
      LogLine line = format.parse(text(before, start));
      if (line.begins()) {
        if (old.test(line)) {
          return;
        }
        found += wanted.test(line) ? 1 : 0;
        position = before;
      }
      start = before;
    }
    if (start == 0) {
      position = 0;
    }
  }

  /** Where the line begins that ends right before a position. */
  private long lineStart(long end) throws IOException {
    for (long at = end - 2; at >= 0; at--) {
      if (byteAt(at, true) == '\n') {
        return at + 1;
      }
    }
    return 0;
  }

  private String text(long from, long to) throws IOException {
    int length = (int) Math.min(LONGEST_LINE, to - from);
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {}
    return stripped(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
  }

  /**
   * The next line; empty when there is none yet.
   *
   * @param unfinished whether a line without an end counts as one
   */
  Optional<LogLine> next(boolean unfinished) throws IOException {
    if (channel.size() < position) {
      // Somebody has emptied it.
      position = 0;
      windowLength = 0;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long at = position;
    while (true) {
      int read = byteAt(at, false);
      if (read < 0 && !(unfinished && at > position)) {
        return Optional.empty();
      }
      at++;
      if (read == '\n' || read < 0) {
        position = read < 0 ? at - 1 : at;
        return Optional.of(format.parse(stripped(line.toString(StandardCharsets.UTF_8))));
      }
      if (line.size() < LONGEST_LINE) {
        line.write(read);
      }
    }
  }

  private static String stripped(String line) {
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == '\n' || line.charAt(end - 1) == '\r')) {
      end--;
    }
    return line.substring(0, end);
  }

  /** A byte, or -1 behind the end. */
  private int byteAt(long at, boolean backwards) throws IOException {
    if (at < windowStart || at >= windowStart + windowLength) {
      windowStart = backwards ? Math.max(0, at - WINDOW + 1) : at;
      windowLength = Math.max(0, channel.read(ByteBuffer.wrap(window), windowStart));
    }
    long offset = at - windowStart;
    return offset < windowLength ? window[(int) offset] & 0xff : -1;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
