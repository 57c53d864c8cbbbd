package dev.pglet.exporter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Prometheus' text format 0.0.4, written straight into a buffer: the only format in which a counter
 * may lack {@code _total}. Used by one thread.
 */
final class MetricsText {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Longer values of labels are of no use to anybody and fill a monitoring system. */
  static final int LONGEST_VALUE = 200;

  private byte[] buffer = new byte[1 << 16];
  private int length;

  /** Begins a family: all of its samples follow at once. */
  void family(Metric metric) {
    text("# HELP ").text(metric.name()).text(" ").text(escapedHelp(metric.help()));
    text("\n# TYPE ").text(metric.name()).text(" ").text(metric.type()).text("\n");
  }

  /**
   * One sample.
   *
   * @param labels as {@link #labels} gave them
   * @param value as PostgreSQL writes numbers, or a boolean
   */
  void sample(byte[] name, byte[] labels, String value) {
    bytes(name);
    bytes(labels);
    text(" ").text(number(value)).text("\n");
  }

  /** A family of one sample. */
  void only(String type, String name, String help, String value) {
    family(new Metric(type, name, help));
    sample(name.getBytes(StandardCharsets.UTF_8), NO_LABELS, value);
  }

  static final byte[] NO_LABELS = new byte[0];

  /** The labels of a sample, escaped; a value that is too long is cut. */
  static byte[] labels(List<String> names, List<String> values) {
    if (names.isEmpty()) {
      return NO_LABELS;
    }
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < names.size(); i++) {
      text.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
      appendEscaped(text, cut(values.get(i)));
      text.append('"');
    }
    return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String cut(String value) {
    if (value.length() <= LONGEST_VALUE) {
      return value;
    }
    int end =
        value.offsetByCodePoints(
            0, Math.min(LONGEST_VALUE, value.codePointCount(0, value.length())));
    return value.substring(0, end);
  }

  private static void appendEscaped(StringBuilder text, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '"' -> text.append("\\\"");
        case '\n' -> text.append("\\n");
        default -> text.append(c);
      }
    }
  }

  private static String escapedHelp(String help) {
    return help.replace("\\", "\\\\").replace("\n", "\\n");
  }

  private static String number(String value) {
    return switch (value) {
      case "t" -> "1";
      case "f" -> "0";
      case "Infinity" -> "+Inf";
      case "-Infinity" -> "-Inf";
      default -> value;
    };
  }

  byte[] toBytes() {
    return Arrays.copyOf(buffer, length);
  }

  private MetricsText text(String text) {
    // Names and numbers are ASCII, and most of what is written.
    room(3 * text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes(text.substring(i).getBytes(StandardCharsets.UTF_8));
        return this;
      }
      buffer[length++] = (byte) c;
    }
    return this;
  }

  private void bytes(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, buffer, length, more.length);
    length += more.length;
  }

  private void room(int more) {
    if (length + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
    }
  }
}
