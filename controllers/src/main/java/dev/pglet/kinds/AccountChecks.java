package dev.pglet.kinds;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.RunAs;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether servers can run as the accounts that manifests name, as the daemon would say. */
final class AccountChecks {
  private static final String SUBJECT = "account";

  private final NamedAccounts accounts;
  private final Inventory inventory;

  AccountChecks(NamedAccounts accounts, Inventory inventory) {
    this.accounts = accounts;
    this.inventory = inventory;
  }

  /**
   * The account that the server of an instance is to run as.
   *
   * @param user that its manifest names
   * @param checks gets what is to be said of an account that is named, or was
   * @return empty when it cannot run as that account
   */
  Optional<ServerAccount> of(ResourceKey key, Optional<String> user, List<HostCheck> checks)
      throws HostUnavailable {
    Optional<VolumeMarker> marker = marker(key);
    Optional<NamedAccount> asked = user.map(NamedAccount::of);
    if (marker.isEmpty() && asked.isPresent() && !inventory.unreadable().isEmpty()) {
      ReconcileException problem = inventory.unreadable().getFirst().problem();
      checks.add(
          HostCheck.warn(
              SUBJECT,
              "%s may have a volume already, of another account: %s"
                  .formatted(key, problem.getMessage()),
              problem.remedy()));
      return Optional.empty();
    }
    try {
      ServerAccount account;
      if (marker.isPresent()) {
        account = RunAs.require(accounts, asked, marker.get());
      } else {
        account = asked.isPresent() ? accounts.forNew(asked.get()) : accounts.ofDaemon();
      }
      if (asked.isPresent()) {
        checks.add(
            HostCheck.ok(
                SUBJECT,
                "%s of %s: uid %s"
                    .formatted(account.name(), key, Integer.toUnsignedString(account.uid()))));
      }
      return Optional.of(account);
    } catch (InvalidSpec e) {
      checks.add(HostCheck.fail(SUBJECT, "%s: %s".formatted(key, e.getMessage()), e.remedy()));
      return Optional.empty();
    }
  }

  private Optional<VolumeMarker> marker(ResourceKey key) {
    return inventory.volumes().stream()
        .map(Volume::marker)
        .filter(marker -> marker.key().equals(key))
        .max(Comparator.comparingInt(VolumeMarker::incarnation));
  }
}
