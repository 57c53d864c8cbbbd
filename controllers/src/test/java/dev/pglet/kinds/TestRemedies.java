package dev.pglet.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every error that people see says what to do: looked for in the sources of all modules. */
final class TestRemedies {
  private static final Pattern MADE =
      Pattern.compile(
          "new ("
              + Arrays.stream(ReconcileException.class.getPermittedSubclasses())
                  .map(Class::getSimpleName)
                  .collect(Collectors.joining("|"))
              + ")\\(");

  @Test
  void noErrorIsMadeWithoutARemedy() throws Exception {
    List<String> without = new ArrayList<>();
    int made = 0;
    for (Path source : sources()) {
      String text = Files.readString(source);
      Matcher matcher = MADE.matcher(text);
      while (matcher.find()) {
        made++;
        List<String> arguments = arguments(text, matcher.end());
        String remedy = arguments.get(matcher.group(1).equals("InvalidSpec") ? 3 : 2);
        if (Pattern.compile("(?<![\"\\\\])\"\\s*\"(?!\")").matcher(remedy).find()) {
          without.add(source.getFileName() + ": " + arguments.getFirst());
        }
      }
    }
    assertThat(made).as("the scan finds what it looks for").isGreaterThan(100);
    assertThat(without).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("crds", "manifests", "reconciler", "controllers")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }

  /** The arguments of a call, as written, from behind its opening parenthesis. */
  private static List<String> arguments(String text, int begin) {
    List<String> arguments = new ArrayList<>();
    StringBuilder argument = new StringBuilder();
    boolean quoted = false;
    int depth = 1;
    for (int i = begin; depth > 0; i++) {
      char c = text.charAt(i);
      if (c == '"' && text.charAt(i - 1) != '\\') {
        quoted = !quoted;
      }
      if (!quoted && (c == '(' || c == ')')) {
        depth += c == '(' ? 1 : -1;
      }
      if (depth == 0 || (!quoted && depth == 1 && c == ',')) {
        arguments.add(argument.toString().strip());
        argument.setLength(0);
      } else {
        argument.append(c);
      }
    }
    return arguments;
  }
}
