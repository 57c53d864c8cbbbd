package dev.pglet.host.account;

import dev.pglet.reconcile.HostUnavailable;
import java.util.List;
import java.util.Optional;

/** The accounts of the operating system. */
public interface AccountDatabase {
  /** The account with that name; also one that only a directory service knows. */
  Optional<Entry> find(String name) throws HostUnavailable;

  /** The account with that uid, from the local file only. */
  Optional<Entry> find(int uid) throws HostUnavailable;

  /**
   * The names of others than root, and than the account, that are in the account's group, as far as
   * the local files show them: what the group may read, they may read.
   */
  List<String> othersInGroupOf(Entry account) throws HostUnavailable;

  /**
   * Makes a system account without a home and without a login shell. Only root can.
   *
   * @throws HostUnavailable with the command's own words
   */
  void createSystemAccount(String name) throws HostUnavailable;

  /** The effective uid and gid of this process; the name falls back to the uid. */
  Entry self() throws HostUnavailable;

  /** One account. */
  record Entry(String name, int uid, int gid) {}
}
