package dev.pglet.host.volume;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The account in a marker that a manifest has named for a server, with the ids that it had then.
 *
 * @param uid unsigned
 * @param gid unsigned
 */
public record MarkedAccount(String name, int uid, int gid) {
  /** The name of the fact. */
  public static final String FACT = "account";

  private static final Pattern TEXT = Pattern.compile("([^:]+):([0-9]{1,10}):([0-9]{1,10})");

  /**
   * Reads what {@link #text} gives.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static MarkedAccount parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (matcher.matches()) {
      try {
        return new MarkedAccount(
            matcher.group(1),
            Integer.parseUnsignedInt(matcher.group(2)),
            Integer.parseUnsignedInt(matcher.group(3)));
      } catch (NumberFormatException e) {
        // Ten digits may be more than ids have.
        throw new IllegalArgumentException(wrong(text), e);
      }
    }
    throw new IllegalArgumentException(wrong(text));
  }

  private static String wrong(String text) {
    return "the account \"%s\" is not a name, a uid and a gid, with colons between".formatted(text);
  }

  /** As it stands in a marker. */
  public String text() {
    return String.join(":", name, Integer.toUnsignedString(uid), Integer.toUnsignedString(gid));
  }
}
