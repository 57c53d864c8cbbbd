package dev.pglet.host.account;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import java.util.List;
import java.util.Optional;

/**
 * Accounts that manifests name for single servers. Only root can run servers as others, and of
 * those none that is more than the account of one purpose: what pglet lets a server read, its keys
 * before all, it lets the account's group read. Makes no account. Thread-safe.
 */
public final class NamedAccounts {
  private static final String FIELD = "spec.runtime.user";
  private static final int ROOT = 0;

  private final AccountDatabase accounts;
  private final ServerAccount ofDaemon;

  /**
   * Nothing is looked up yet.
   *
   * @param ofDaemon that servers run as for which none is named
   */
  public NamedAccounts(AccountDatabase accounts, ServerAccount ofDaemon) {
    this.accounts = requireNonNull(accounts, "accounts is null");
    this.ofDaemon = requireNonNull(ofDaemon, "ofDaemon is null");
  }

  /**
   * The account for a server that is made now.
   *
   * @throws InvalidSpec when there is none of that name, or servers do not run as it
   */
  public ServerAccount forNew(String name) throws InvalidSpec, HostUnavailable {
    if (name.equals(ofDaemon.name())) {
      return ofDaemon;
    }
    AccountDatabase.Entry account = find(name);
    if (account.uid() == ROOT || account.gid() == ROOT) {
      throw refused(
          "AccountIsRoot",
          account.uid() == ROOT
              ? "the account %s has the uid 0: it is root, and servers never run as root"
                  .formatted(name)
              : "the group of the account %s is root's, which may read what servers must not"
                  .formatted(name),
          remedy());
    }
    if (account.uid() == ServerAccounts.NOBODY) {
      throw refused(
          "AccountIsNobody",
          "the account %s is what everything runs as that owns nothing, so data must not be its"
              .formatted(name),
          remedy());
    }
    List<String> others = accounts.othersInGroupOf(account);
    if (!others.isEmpty()) {
      throw refused(
          "GroupShared",
          "in the group of the account %s are others, too (%s), who could read the server's keys"
              .formatted(name, String.join(", ", others)),
          "Give the account a group of its own (groupadd --system %1$s; usermod -g %1$s %1$s), or name another one"
              .formatted(name));
    }
    if (inGroupOfDaemon(name)) {
      throw refused(
          "GroupShared",
          "the account %s is in the group of the account %s, and could read the keys of its servers"
              .formatted(name, ofDaemon.name()),
          "Take it out of that group, or name another one");
    }
    return new ServerAccount(account.name(), account.uid(), account.gid(), true);
  }

  /**
   * Requires of an account that a server was made for that it is still there, and still the same:
   * another one that has got its name must not get its data.
   */
  public void requireStill(ServerAccount account) throws InvalidSpec, HostUnavailable {
    if (account.equals(ofDaemon)) {
      return;
    }
    AccountDatabase.Entry now = find(account.name());
    if (now.uid() != account.uid() || now.gid() != account.gid()) {
      throw refused(
          "AccountChanged",
          "the account %s was made for the server as uid %d and gid %d, and is uid %d and gid %d now: the server is left as it is"
              .formatted(account.name(), account.uid(), account.gid(), now.uid(), now.gid()),
          "Give the account its ids back (usermod -u %d -g %d %s)"
              .formatted(account.uid(), account.gid(), account.name()));
    }
  }

  private AccountDatabase.Entry find(String name) throws InvalidSpec, HostUnavailable {
    if (!ofDaemon.switching()) {
      throw refused(
          "AccountNotAllowed",
          "the server cannot run as %s: pglet runs as %s, and only root can run servers as others"
              .formatted(name, ofDaemon.name()),
          "Remove the field, or run pglet as root");
    }
    // A directory service may answer to a number, or to another spelling.
    Optional<AccountDatabase.Entry> found =
        accounts.find(name).filter(entry -> entry.name().equals(name));
    if (found.isEmpty()) {
      throw refused(
          "AccountMissing",
          "there is no account %s on this host".formatted(name),
          "Make it: useradd --system --user-group --no-create-home --shell /usr/sbin/nologin %s; or correct the name"
              .formatted(name));
    }
    return found.get();
  }

  private boolean inGroupOfDaemon(String name) throws HostUnavailable {
    return accounts
        .othersInGroupOf(new AccountDatabase.Entry(ofDaemon.name(), ofDaemon.uid(), ofDaemon.gid()))
        .contains(name);
  }

  private static String remedy() {
    return "Name an account that was made for this, or remove the field";
  }

  private static InvalidSpec refused(String reason, String message, String remedy) {
    return new InvalidSpec(reason, FIELD, message, remedy);
  }
}
