package dev.pglet.host.account;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Settings;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides which account servers run as. An ordinary user's servers run as that user; root's as the
 * account of the settings, else as the dedicated system account {@link #DEDICATED}, which is made
 * when it is first needed. PostgreSQL itself refuses to run as root. Thread-safe.
 */
public final class ServerAccounts {
  public static final String DEDICATED = "pglet";

  /** Of the account that owns nothing, on every Linux. */
  static final int NOBODY = 65534;

  private final Settings settings;
  private final AccountDatabase accounts;
  private final Consumer<String> announcements;

  /**
   * Nothing is looked up or made yet.
   *
   * @param announcements hears, in one line for people, that an account was made
   */
  public ServerAccounts(
      Settings settings, AccountDatabase accounts, Consumer<String> announcements) {
    this.settings = requireNonNull(settings, "settings is null");
    this.accounts = requireNonNull(accounts, "accounts is null");
    this.announcements = requireNonNull(announcements, "announcements is null");
  }

  /**
   * The account of this daemon's servers, for somebody who executes nothing: where root's dedicated
   * account is not there yet, nothing runs as it, and a stand-in without rights is as good.
   */
  public ServerAccount look() throws HostUnavailable {
    boolean missing =
        accounts.self().uid() == 0
            && settings.account().isEmpty()
            && accounts.find(DEDICATED).isEmpty();
    return missing ? new ServerAccount(DEDICATED, NOBODY, NOBODY, true) : resolve();
  }

  /**
   * The account of this daemon's servers; root's dedicated one is made when it is missing.
   *
   * @throws HostUnavailable when the account of the settings does not exist, is root, or is not
   *     ours to use, or the dedicated one cannot be made
   */
  public synchronized ServerAccount resolve() throws HostUnavailable {
    AccountDatabase.Entry self = accounts.self();
    Optional<String> wanted = settings.account();
    if (self.uid() != 0) {
      if (wanted.isPresent() && !wanted.get().equals(self.name())) {
        throw new HostUnavailable(
            "AccountNotAllowed",
            "servers cannot run as %s: pglet runs as %s, and only root can change accounts"
                .formatted(wanted.get(), self.name()),
            "Leave out --account, or run pglet as root");
      }
      return new ServerAccount(self.name(), self.uid(), self.gid(), false);
    }
    AccountDatabase.Entry account = wanted.isPresent() ? named(wanted.get()) : dedicated();
    if (account.uid() == 0) {
      throw new HostUnavailable(
          "AccountIsRoot",
          "servers cannot run as " + account.name() + ": its uid is 0, and PostgreSQL refuses root",
          "Name another account with --account");
    }
    return new ServerAccount(account.name(), account.uid(), account.gid(), true);
  }

  private AccountDatabase.Entry named(String name) throws HostUnavailable {
    return accounts
        .find(name)
        .orElseThrow(
            () ->
                new HostUnavailable(
                    "AccountMissing",
                    "the account " + name + " that servers should run as does not exist",
                    "Create it (useradd --system " + name + "), or leave out --account"));
  }

  private AccountDatabase.Entry dedicated() throws HostUnavailable {
    Optional<AccountDatabase.Entry> existing = accounts.find(DEDICATED);
    if (existing.isPresent()) {
      return existing.get();
    }
    accounts.createSystemAccount(DEDICATED);
    AccountDatabase.Entry created = named(DEDICATED);
    announcements.accept(
        "Created the system account %s (uid %d), which servers run as; --account chooses another"
            .formatted(created.name(), created.uid()));
    return created;
  }
}
