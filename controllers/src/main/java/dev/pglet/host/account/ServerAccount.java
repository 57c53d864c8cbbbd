package dev.pglet.host.account;

import static java.util.Objects.requireNonNull;

/**
 * The account of the operating system that servers run as.
 *
 * @param switching whether this process is root and changes to the account; otherwise it is the
 *     account of this process
 */
public record ServerAccount(String name, int uid, int gid, boolean switching) {
  public ServerAccount {
    requireNonNull(name, "name is null");
  }
}
