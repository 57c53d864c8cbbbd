package dev.pglet.server;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.util.List;
import java.util.Optional;

/**
 * The host as it is to each server: they may run as different accounts.
 *
 * @param ofDaemon as it is to servers for which no account is named
 * @param accounts that may be named
 */
public record ServerHosts(ServerHost ofDaemon, NamedAccounts accounts) {
  public ServerHosts {
    requireNonNull(ofDaemon, "ofDaemon is null");
    requireNonNull(accounts, "accounts is null");
  }

  /** To the server of a volume. */
  public ServerHost of(Volume volume) {
    return ofDaemon.as(RunAs.of(volume.marker(), ofDaemon.account()));
  }

  /**
   * To a server, for what ends it: its account may be gone.
   *
   * @throws InvalidSpec when there is no volume yet, and none is made for the account
   */
  public ServerHost of(ServerSpec spec) throws ReconcileException {
    Optional<Volume> volume = ofDaemon.volume(spec.uid(), spec.incarnation());
    return volume.isPresent() ? of(volume.get()) : ofNew(spec);
  }

  /**
   * To a server, for what may run programs as its account.
   *
   * @throws InvalidSpec when the account is not there, or another one
   */
  public ServerHost toRun(ServerSpec spec) throws ReconcileException {
    ServerHost host = of(spec);
    accounts.requireStill(host.account(), spec.user().flatMap(NamedAccount::source));
    return host;
  }

  private ServerHost ofNew(ServerSpec spec) throws InvalidSpec, HostUnavailable {
    return spec.user().isPresent() ? ofDaemon.as(accounts.forNew(spec.user().get())) : ofDaemon;
  }

  /**
   * Requires that a copy gets what its own account may read already: a source may have been made
   * anew since the volume for the copy was.
   *
   * @throws Refused when the accounts differ
   */
  public void requireSameAccount(Volume from, Volume to) throws Refused {
    ServerAccount sources = of(from).account();
    ServerAccount copys = of(to).account();
    if (!sources.equals(copys)) {
      throw new Refused(
          "AnotherAccount",
          "the server of %s runs as %s, and %s was begun for %s"
              .formatted(from.marker().key(), sources.name(), to.marker().key(), copys.name()),
          "Delete the branch, and make it anew");
    }
  }

  /** Why a server cannot run as the account that its spec asks for. */
  List<InvalidSpec> problems(ServerSpec spec, Optional<Volume> volume) throws HostUnavailable {
    try {
      if (volume.isEmpty()) {
        ofNew(spec);
      } else {
        RunAs.require(accounts, spec.user(), volume.get().marker());
      }
      return List.of();
    } catch (InvalidSpec e) {
      return List.of(e);
    }
  }
}
