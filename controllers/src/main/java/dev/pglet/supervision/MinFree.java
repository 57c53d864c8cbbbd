package dev.pglet.supervision;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much of a file system shall stay free.
 *
 * @param amount bytes, or a percentage of the file system
 */
public record MinFree(long amount, boolean percent) {
  public static final MinFree NONE = new MinFree(0, false);

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})(%|Ki|Mi|Gi|Ti)");

  /** Reads {@code 500Mi}, {@code 10Gi} or {@code 5%}; null is nothing. */
  public static MinFree parse(@Nullable String text) {
    if (text == null) {
      return NONE;
    }
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("the schema lets nothing else through: " + text);
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "%" -> new MinFree(number, true);
      case "Ki" -> new MinFree(number << 10, false);
      case "Mi" -> new MinFree(number << 20, false);
      case "Gi" -> new MinFree(number << 30, false);
      default -> new MinFree(Math.multiplyExact(number, 1L << 40), false);
    };
  }

  long bytes(long total) {
    return percent ? total / 100 * amount : amount;
  }
}
