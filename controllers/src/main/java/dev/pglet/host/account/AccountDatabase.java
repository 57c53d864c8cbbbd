package dev.pglet.host.account;

import dev.pglet.reconcile.HostUnavailable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The accounts of the operating system. */
public interface AccountDatabase {
  /** The account with that name; also one that only a directory service knows. */
  Optional<Entry> find(String name) throws HostUnavailable;

  /** The account with that name, from the local file only: no service is asked, or waited for. */
  Optional<Entry> findLocal(String name) throws HostUnavailable;

  /** The account with that uid, from the local file only. */
  Optional<Entry> find(int uid) throws HostUnavailable;

  /** The other names that the account's uid has in the local file. */
  List<String> otherNamesOf(Entry account) throws HostUnavailable;

  /**
   * The account's group, as far as the local files show it: what the group may read, all that are
   * in it may read.
   */
  Group groupOf(Entry account) throws HostUnavailable;

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

  /**
   * The group of an account, and who is in it beside that account and root.
   *
   * @param name empty when the group has none
   * @param firstOf whose first group it is
   * @param members who is named as its member
   */
  record Group(String name, List<String> firstOf, List<String> members) {
    public Group {
      firstOf = List.copyOf(firstOf);
      members = List.copyOf(members);
    }

    /** All of them, in order. */
    public List<String> others() {
      return Stream.concat(firstOf.stream(), members.stream()).distinct().sorted().toList();
    }
  }
}
