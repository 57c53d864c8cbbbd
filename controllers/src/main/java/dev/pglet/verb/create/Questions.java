package dev.pglet.verb.create;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** Asks somebody at a terminal. */
final class Questions {
  private final BufferedReader in;
  private final PrintStream out;

  Questions(InputStream in, PrintStream out) {
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.out = out;
  }

  /**
   * Asks until the answer is good.
   *
   * @param byDefault what an empty answer means; it is good
   * @param otherwise what to say of an answer that is not
   */
  String ask(String question, String byDefault, Predicate<String> good, String otherwise)
      throws Refused, HostUnavailable {
    while (true) {
      out.print(question + (byDefault.isEmpty() ? ": " : " [" + byDefault + "]: "));
      out.flush();
      String line = read();
      if (line.isBlank() && !byDefault.isEmpty()) {
        return byDefault;
      }
      if (good.test(line.strip())) {
        return line.strip();
      }
      out.println(otherwise);
    }
  }

  private String read() throws Refused, HostUnavailable {
    try {
      String line = in.readLine();
      if (line == null) {
        throw new Refused("Cancelled", "the answers ended", "Nothing was written");
      }
      return line;
    } catch (IOException e) {
      throw new HostUnavailable(
          "InputUnreadable", "reading standard input: " + e.getMessage(), "Try again", e);
    }
  }
}
