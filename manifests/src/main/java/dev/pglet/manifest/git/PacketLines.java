package dev.pglet.manifest.git;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * git's framing: four hexadecimal digits of length, then so many bytes; {@code 0000} ends a list.
 */
final class PacketLines {
  private static final int HEADER = 4;

  /** git's limit for one packet, less the header. */
  private static final int LONGEST = 65520 - HEADER;

  private final InputStream in;
  private final OutputStream out;

  PacketLines(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /**
   * A list of texts, their line ends taken off.
   *
   * @return empty when the stream has ended before the first of them
   */
  Optional<List<String>> readTexts() throws IOException {
    List<String> texts = new ArrayList<>();
    byte[] header = in.readNBytes(HEADER);
    if (header.length == 0) {
      return Optional.empty();
    }
    for (byte[] packet = packet(header); packet != null; packet = packet()) {
      texts.add(new String(packet, StandardCharsets.UTF_8).stripTrailing());
    }
    return Optional.of(texts);
  }

  /**
   * All bytes of a list of packets.
   *
   * @return null when there are more than {@code most}; they have been read all the same
   */
  byte @Nullable [] readContent(int most) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    boolean fits = true;
    for (byte[] packet = packet(); packet != null; packet = packet()) {
      fits &= content.size() + packet.length <= most;
      if (fits) {
        content.writeBytes(packet);
      }
    }
    return fits ? content.toByteArray() : null;
  }

  void writeTexts(String... texts) throws IOException {
    for (String text : texts) {
      byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
      write(line, 0, line.length);
    }
    end();
  }

  void writeContent(byte[] content) throws IOException {
    for (int at = 0; at < content.length; at += LONGEST) {
      write(content, at, Math.min(LONGEST, content.length - at));
    }
    end();
  }

  void flush() throws IOException {
    out.flush();
  }

  private void write(byte[] bytes, int from, int length) throws IOException {
    out.write("%04x".formatted(length + HEADER).getBytes(StandardCharsets.US_ASCII));
    out.write(bytes, from, length);
  }

  private void end() throws IOException {
    out.write("0000".getBytes(StandardCharsets.US_ASCII));
  }

  private byte @Nullable [] packet() throws IOException {
    return packet(in.readNBytes(HEADER));
  }

  private byte @Nullable [] packet(byte[] header) throws IOException {
    String text = new String(header, StandardCharsets.US_ASCII);
    int length;
    try {
      length = header.length == HEADER ? Integer.parseInt(text, 16) : -1;
    } catch (NumberFormatException e) {
      throw new IOException("git sent \"" + text + "\" where a length was due", e);
    }
    if (length == 0) {
      return null;
    }
    if (length < HEADER) {
      throw new EOFException("git ended in the middle of a message");
    }
    byte[] packet = in.readNBytes(length - HEADER);
    if (packet.length < length - HEADER) {
      throw new EOFException("git ended in the middle of a message");
    }
    return packet;
  }
}
