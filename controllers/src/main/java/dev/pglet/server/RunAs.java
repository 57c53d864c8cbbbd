package dev.pglet.server;

import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.MarkedAccount;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import java.util.Map;
import java.util.Optional;

/**
 * The account in a marker. A server runs as the one that its volume was made for; where none was
 * named, as the daemon's. With its ids, so that what an account has left that is gone can still be
 * stopped and removed, and so that whoever gets its name does not get its files. A server that runs
 * lets in who has the name, though: only its end changes that.
 */
public final class RunAs {
  private RunAs() {}

  /** What a marker remembers from the moment on in which the volume is made. */
  static Map<String, String> decidedAtCreation(ServerSpec spec, ServerAccount account) {
    return spec.user().isEmpty()
        ? Map.of()
        : Map.of(
            MarkedAccount.FACT,
            new MarkedAccount(account.name(), account.uid(), account.gid()).text());
  }

  /** The name of the account that was asked for; empty: none. */
  public static Optional<String> name(VolumeMarker marker) {
    return marker.account().map(MarkedAccount::name);
  }

  /** The account that the server of a marker runs as. */
  public static ServerAccount of(VolumeMarker marker, ServerAccount ofDaemon) {
    return marker
        .account()
        .map(each -> new ServerAccount(each.name(), each.uid(), each.gid(), ofDaemon.switching()))
        .orElse(ofDaemon);
  }

  /**
   * Requires that the server of a marker can run as the account that is asked for: it is the one
   * that it was made for, and that one is still there.
   *
   * @param asked empty: the daemon's
   * @return that account
   * @throws InvalidSpec when it cannot
   */
  public static ServerAccount require(
      NamedAccounts accounts, Optional<NamedAccount> asked, VolumeMarker marker)
      throws InvalidSpec, HostUnavailable {
    ServerAccount is = of(marker, accounts.ofDaemon());
    String wanted = asked.map(NamedAccount::name).orElse(accounts.ofDaemon().name());
    if (!wanted.equals(is.name())) {
      throw new InvalidSpec(
          "Immutable",
          "spec.runtime.user",
          "the server runs as %s and does not become one of %s: its files belong to that account"
              .formatted(is.name(), wanted),
          "%s, or make a new instance and copy the data with pg_dump"
              .formatted(
                  name(marker).isEmpty() ? "Remove the field" : "Set it back to " + is.name()));
    }
    accounts.requireStill(is, asked.flatMap(NamedAccount::source));
    return is;
  }
}
