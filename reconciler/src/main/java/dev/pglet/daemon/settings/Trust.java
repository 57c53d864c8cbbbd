package dev.pglet.daemon.settings;

import dev.pglet.reconcile.InvalidSpec;
import java.util.Optional;

/**
 * Whom the daemon trusts, and as whom servers run.
 *
 * @param account for a root daemon: the account of the servers; absent: the dedicated one
 * @param onFirstUse whether binaries outside the checked-in catalogue may be fetched
 */
public record Trust(Optional<String> account, boolean onFirstUse) {
  static Trust resolve(Sources sources) throws InvalidSpec {
    Optional<Sources.Value> account = sources.find("--account", "PGLET_ACCOUNT", "account");
    if (account.isPresent() && account.get().text().equals("root")) {
      throw new InvalidSpec(
          "RootAccount",
          "account",
          account.get().source() + " is root, and servers never run as root",
          "Name an ordinary account, or leave it out for the account pglet");
    }
    return new Trust(
        account.map(Sources.Value::text),
        sources.flagOrFile("--trust-on-first-use", "PGLET_TRUST_ON_FIRST_USE", "trustOnFirstUse"));
  }
}
