package dev.pglet.verb.config;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether two texts mean the same value of a setting, by PostgreSQL's rules for its type. */
final class SettingValue {
  private static final Pattern NUMBER =
      Pattern.compile(
          "\\s*([-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\\.[0-9]+))\\s*([A-Za-z]*)\\s*");

  /** {@code 8kB} of {@code pg_settings.unit}: how many of what. */
  private static final Pattern UNIT = Pattern.compile("([0-9]*)([A-Za-z]+)");

  private static final Map<String, Double> BYTES =
      Map.of("B", 1d, "kB", 0x1p10, "MB", 0x1p20, "GB", 0x1p30, "TB", 0x1p40);

  private static final Map<String, Double> MILLISECONDS =
      Map.of("us", 1e-3, "ms", 1d, "s", 1e3, "min", 6e4, "h", 3.6e6, "d", 8.64e7);

  private SettingValue() {}

  /** Compares as texts of a file, in which numbers may have units. */
  static boolean same(LiveSetting setting, String one, String other) {
    if (one.equals(other)) {
      return true;
    }
    return switch (setting.type()) {
      case "bool" -> bool(one).equals(bool(other));
      case "enum" -> bool(one).equals(bool(other));
      case "integer" -> equal(number(one, setting.unit()), number(other, setting.unit()), true);
      case "real" -> equal(number(one, setting.unit()), number(other, setting.unit()), false);
      // What a server makes of a text it alone knows.
      default -> false;
    };
  }

  /** Also for enums, most of which take these words for on and off. */
  private static String bool(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "on", "true", "yes", "1", "t", "tr", "tru", "y", "ye" -> "on";
      case "off", "false", "no", "0", "f", "fa", "fal", "fals", "n", "of" -> "off";
      default -> lower;
    };
  }

  private static boolean equal(OptionalDouble one, OptionalDouble other, boolean whole) {
    if (one.isEmpty() || other.isEmpty()) {
      return false;
    }
    double difference = one.getAsDouble() - other.getAsDouble();
    return whole
        ? Math.rint(one.getAsDouble()) == Math.rint(other.getAsDouble())
        : Math.abs(difference) <= 1e-9 * Math.max(1, Math.abs(one.getAsDouble()));
  }

  /** In units of the setting; empty for what is no number, or has a unit of something else. */
  private static OptionalDouble number(String text, String unit) {
    Matcher matcher = NUMBER.matcher(text);
    if (!matcher.matches()) {
      return OptionalDouble.empty();
    }
    double number = parse(matcher.group(1));
    String written = matcher.group(2);
    Matcher own = UNIT.matcher(unit);
    if (written.isEmpty()) {
      return OptionalDouble.of(number);
    }
    if (!own.matches()) {
      return OptionalDouble.empty();
    }
    Map<String, Double> units = BYTES.containsKey(own.group(2)) ? BYTES : MILLISECONDS;
    Double from = units.get(written);
    Double to = units.get(own.group(2));
    if (from == null || to == null) {
      return OptionalDouble.empty();
    }
    double many = own.group(1).isEmpty() ? 1 : Double.parseDouble(own.group(1));
    return OptionalDouble.of(number * from / (to * many));
  }

  /** As C reads it: 0777 is octal, 0x1ff hexadecimal. */
  private static double parse(String digits) {
    String unsigned = digits.replaceFirst("^[-+]", "");
    double value =
        unsigned.startsWith("0x") || unsigned.startsWith("0X")
            ? Long.parseLong(unsigned.substring(2), 16)
            : unsigned.matches("0[0-7]+")
                ? Long.parseLong(unsigned, 8)
                : Double.parseDouble(unsigned);
    return digits.startsWith("-") ? -value : value;
  }
}
