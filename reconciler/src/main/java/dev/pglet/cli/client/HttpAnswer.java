package dev.pglet.cli.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP/1.1 answer as it comes in.
 *
 * @param headers by lower-case name
 * @param body ends where the answer's body ends
 */
record HttpAnswer(int status, Map<String, String> headers, InputStream body) {
  static HttpAnswer read(InputStream in) throws IOException {
    String[] status = line(in).split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
      throw new IOException("not an HTTP/1.1 answer: " + String.join(" ", status));
    }
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }
    return new HttpAnswer(number(status[1], 10), headers, body(in, headers));
  }

  private static InputStream body(InputStream in, Map<String, String> headers) throws IOException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return new Chunks(in);
    }
    String length = headers.get("content-length");
    return length == null ? in : new Bounded(in, number(length, 10));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the daemon ended the connection in the middle of an answer");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static int number(String text, int radix) throws IOException {
    try {
      return Integer.parseInt(text.strip(), radix);
    } catch (NumberFormatException e) {
      throw new IOException("a number was expected in the answer's head: " + text, e);
    }
  }

  /** The first so many bytes. */
  private static class Bounded extends InputStream {
    private final InputStream in;
    private int left;

    Bounded(InputStream in, int left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = in.read(into, offset, Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the daemon ended the connection in the middle of an answer");
      }
      left -= count;
      return count;
    }
  }

  /** Chunk after chunk until the empty one. */
  private static final class Chunks extends InputStream {
    private final InputStream in;
    private InputStream chunk = InputStream.nullInputStream();
    private boolean first = true;
    private boolean ended;

    Chunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (ended) {
        return -1;
      }
      int count = chunk.read(into, offset, length);
      if (count >= 0) {
        return count;
      }
      if (!first) {
        line(in);
      }
      first = false;
      String size = line(in);
      int semicolon = size.indexOf(';');
      int next = number(semicolon < 0 ? size : size.substring(0, semicolon), 16);
      ended = next == 0;
      chunk = new Bounded(in, next);
      return read(into, offset, length);
    }
  }
}
