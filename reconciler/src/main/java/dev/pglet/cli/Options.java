package dev.pglet.cli;

import dev.pglet.api.meta.ResourceKey;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The options that several verbs share, by picocli's programmatic model. */
public final class Options {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|)");

  private Options() {}

  public static CommandSpec verb(String name, String... description) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage().description(description).abbreviateSynopsis(false);
    return spec;
  }

  public static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names[0], rest(names))
        .type(boolean.class)
        .description(description)
        .build();
  }

  public static OptionSpec value(String label, String description, String... names) {
    return OptionSpec.builder(names[0], rest(names))
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  public static OptionSpec values(String label, String description, String... names) {
    return OptionSpec.builder(names[0], rest(names))
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  public static PositionalParamSpec words(String label, String arity, String description) {
    return PositionalParamSpec.builder()
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity(arity)
        .required(!arity.startsWith("0"))
        .paramLabel(label)
        .description(description)
        .build();
  }

  private static String[] rest(String[] names) {
    return java.util.Arrays.copyOfRange(names, 1, names.length);
  }

  public static OptionSpec namespace() {
    return value("NAMESPACE", "Namespace. Default: default.", "-n", "--namespace");
  }

  public static String namespace(ParseResult arguments) {
    return arguments.matchedOptionValue("-n", ResourceKey.DEFAULT_NAMESPACE);
  }

  public static OptionSpec timeout(String byDefault) {
    return value(
        "DURATION",
        "How long to wait, such as 30s or 5m. Default: " + byDefault + ".",
        "--timeout");
  }

  public static Duration timeout(ParseResult arguments, Duration byDefault) {
    String text = arguments.matchedOptionValue("--timeout", "");
    return text.isEmpty() ? byDefault : duration("--timeout", text);
  }

  public static boolean has(ParseResult arguments, String option) {
    return arguments.matchedOptionValue(option, false);
  }

  public static List<String> words(ParseResult arguments) {
    return arguments.matchedPositionalValue(0, List.of());
  }

  /** Reads {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, or a number of seconds. */
  public static Duration duration(String option, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new UsageError(option + ": '" + text + "' is no duration; write 30s, 5m or 1h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofSeconds(amount);
    };
  }
}
