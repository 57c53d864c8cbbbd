package dev.pglet.manifest.parse;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which known name a mistyped one was meant to be. */
public final class NearestName {
  /** Nobody meant a known name by a word longer than this; the comparison is quadratic. */
  private static final int LONGEST = 100;

  private NearestName() {}

  /** The known name that is so near that it was probably meant; the first by order of a tie. */
  public static Optional<String> of(String name, Collection<String> known) {
    if (name.length() > LONGEST) {
      return Optional.empty();
    }
    int limit = Math.max(2, name.length() / 3);
    return known.stream()
        .sorted()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(candidate -> distance(name, candidate) <= limit)
        .filter(candidate -> distance(name, candidate) < Math.max(2, candidate.length()));
  }

  /** Insertions, deletions, substitutions and swaps of neighbours; case does not count. */
  static int distance(String from, String to) {
    String a = from.toLowerCase(Locale.ROOT);
    String b = to.toLowerCase(Locale.ROOT);
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + change, Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }

  /** {@code ; did you mean "x"?}, or the list of what is known. */
  static String hint(String name, Collection<String> known) {
    return of(name, known)
        .map(nearest -> "; did you mean \"" + nearest + "\"?")
        .orElseGet(
            () ->
                known.isEmpty()
                    ? "; remove it: nothing may stand here"
                    : "; remove it or use one of: "
                        + String.join(", ", known.stream().sorted().toList()));
  }

  /** The name in quotes with its {@link #hint}. */
  static String quoted(String name, Collection<String> known) {
    return "\"" + name + "\"" + hint(name, known);
  }
}
