package dev.pglet.reconcile;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secrets in what is shown to people. A manifest should name secrets and not hold them; where
 * somebody has written one all the same, it is not repeated.
 */
public final class Masking {
  /** What is shown in place of a secret. */
  public static final String MASK = "********";

  private static final Pattern NAME =
      Pattern.compile(".*(password|passwd|passphrase|secret|credential|private_?key|api_?key)s?");

  /** Within connection strings, URIs and SQL: all up to the secret stays. */
  private static final List<Pattern> INSIDE =
      List.of(
          Pattern.compile(
              "((?i:pass(?:word|wd|phrase)|secret|credential|private_?key|api_?key|access_?key)s?"
                  + "\\w*\\s*=\\s*)('(?:[^'\\\\]|\\\\.|'')*'|\"(?:[^\"\\\\]|\\\\.)*\"|\\S+)"),
          Pattern.compile("((?i:\\bpassword)\\s+)('(?:[^']|'')*')"),
          Pattern.compile("(\\w+://[^\\s:/@]*:)([^\\s/@]+)(?=@)"));

  private Masking() {}

  /** Whether the value under a name is a secret as a whole, such as under {@code apiKey}. */
  public static boolean named(String name) {
    return NAME.matcher(name.toLowerCase(Locale.ROOT)).matches();
  }

  /** A text without the secrets that stand in it. */
  public static String inside(String text) {
    String shown = text;
    for (Pattern pattern : INSIDE) {
      shown = pattern.matcher(shown).replaceAll("$1" + Matcher.quoteReplacement(MASK));
    }
    return shown;
  }
}
