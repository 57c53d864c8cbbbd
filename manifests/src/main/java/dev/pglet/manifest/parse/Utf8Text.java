package dev.pglet.manifest.parse;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Bytes to text, strictly. A byte order mark stays in the text as its first character, so that the
 * text encodes to the same bytes again.
 */
public final class Utf8Text {
  /** More than this is no manifest but a mistake. */
  public static final int MAX_BYTES = 1 << 20;

  static final char BYTE_ORDER_MARK = '\uFEFF';

  private Utf8Text() {}

  public static String decode(byte[] bytes) throws YamlRejected {
    if (bytes.length > MAX_BYTES) {
      throw tooLarge();
    }
    if (bytes.length > 1 && isUtf16(bytes[0] & 0xff, bytes[1] & 0xff)) {
      throw new YamlRejected(
          new Place(1, 1), "the file is in UTF-16; save it in the encoding UTF-8");
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    out.flip();
    if (result.isError()) {
      throw new YamlRejected(
          endOf(out),
          "the byte 0x%02X is not valid UTF-8; save the file in the encoding UTF-8"
              .formatted(bytes[in.position()]));
    }
    return out.toString();
  }

  /** By its byte order mark. */
  private static boolean isUtf16(int first, int second) {
    return (first == 0xFE && second == 0xFF) || (first == 0xFF && second == 0xFE);
  }

  /** The refusal of a file that is larger than {@link #MAX_BYTES}. */
  public static YamlRejected tooLarge() {
    return new YamlRejected(
        Place.WHOLE_TEXT,
        "the file is larger than 1 MiB, the limit for manifests; split it into several files");
  }

  private static Place endOf(CharSequence text) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < text.length(); i++) {
      column++;
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      }
    }
    return new Place(line, column);
  }
}
