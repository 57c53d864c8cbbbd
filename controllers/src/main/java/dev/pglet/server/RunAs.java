package dev.pglet.server;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.VolumeMarker;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The account in a marker. A server runs as the one that its volume was made for; where none was
 * named, as the daemon's. With its ids, so that what an account has left that is gone can still be
 * stopped and removed, and is nobody's who gets its name. Pure.
 */
public final class RunAs {
  private static final String FACT = "account";
  private static final Pattern ACCOUNT = Pattern.compile("([^:]+):([0-9]{1,10}):([0-9]{1,10})");

  private RunAs() {}

  /** What a marker remembers from the moment on in which the volume is made. */
  static Map<String, String> decidedAtCreation(ServerSpec spec, ServerAccount account) {
    return spec.user().isEmpty()
        ? Map.of()
        : Map.of(
            FACT,
            String.join(
                ":",
                account.name(),
                Integer.toUnsignedString(account.uid()),
                Integer.toUnsignedString(account.gid())));
  }

  /** The name of the account that was asked for; empty: none. */
  public static Optional<String> name(VolumeMarker marker) {
    return match(marker).map(fact -> fact.group(1));
  }

  /** The account that the server of a marker runs as. */
  public static ServerAccount of(VolumeMarker marker, ServerAccount ofDaemon) {
    return match(marker)
        .map(
            fact ->
                new ServerAccount(
                    fact.group(1),
                    Integer.parseUnsignedInt(fact.group(2)),
                    Integer.parseUnsignedInt(fact.group(3)),
                    ofDaemon.switching()))
        .orElse(ofDaemon);
  }

  private static Optional<Matcher> match(VolumeMarker marker) {
    String fact = marker.fact(FACT);
    if (fact == null) {
      return Optional.empty();
    }
    Matcher matcher = ACCOUNT.matcher(fact);
    if (!matcher.matches()) {
      throw new IllegalStateException(
          "the marker of %s has the account %s".formatted(marker.volume(), fact));
    }
    return Optional.of(matcher);
  }
}
