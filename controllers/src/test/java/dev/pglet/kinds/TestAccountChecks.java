package dev.pglet.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.TestingAccounts;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Inventory.Unreadable;
import dev.pglet.host.volume.MarkedAccount;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostCheck.Result;
import dev.pglet.reconcile.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code check} says of an account what the daemon would. */
final class TestAccountChecks {
  private static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "orders");
  private static final ServerAccount PGLET = new ServerAccount("pglet", 900, 900, true);
  private static final ServerAccount APP = new ServerAccount("app", 1001, 1001, true);
  private static final Path POOL = Path.of("/data/volumes");

  private final TestingAccounts database =
      new TestingAccounts(new AccountDatabase.Entry("root", 0, 0))
          .with(new AccountDatabase.Entry("pglet", 900, 900))
          .with(new AccountDatabase.Entry("app", 1001, 1001))
          .with(new AccountDatabase.Entry("other", 1002, 1002));
  private final List<HostCheck> checks = new ArrayList<>();
  private Inventory inventory = new Inventory(List.of(), List.of(), List.of());

  private void madeFor(Map<String, String> facts) {
    VolumeMarker marker =
        new VolumeMarker(
            VolumeMarker.FORMAT,
            "v-0a1b2c3d-1",
            KEY,
            "0a1b2c3d-0000-4000-8000-000000000001",
            1,
            "/etc/pglet/manifests",
            VolumeMarker.Phase.READY,
            54001,
            "system",
            "17.6",
            "3f",
            facts);
    inventory =
        new Inventory(
            List.of(new Volume(POOL, POOL.resolve(marker.volume()), marker)), List.of(), List.of());
  }

  private Optional<ServerAccount> account(String user) throws Exception {
    checks.clear();
    return new AccountChecks(new NamedAccounts(database, PGLET), inventory)
        .of(KEY, Optional.of(user).filter(name -> !name.isEmpty()), checks);
  }

  private void assertFails(String user, String... words) throws Exception {
    assertThat(account(user)).isEmpty();
    HostCheck check = checks.getFirst();
    assertThat(checks).hasSize(1);
    assertThat(check.result()).isEqualTo(Result.FAIL);
    assertThat(check.detail() + " -> " + check.remedy()).contains(KEY.toString()).contains(words);
  }

  @Test
  void aNewInstanceIsAskedAboutAsTheDaemonWould() throws Exception {
    assertThat(account("app")).contains(APP);
    assertThat(checks).extracting(HostCheck::result).containsExactly(Result.OK);
    assertThat(account("")).contains(PGLET);
    assertThat(checks).isEmpty();
    assertFails("root", "never run as root");
  }

  @Test
  void anInstanceThatIsThereKeepsItsAccount() throws Exception {
    madeFor(Map.of(MarkedAccount.FACT, "app:1001:1001"));
    assertThat(account("app")).contains(APP);
    assertFails("other", "runs as app", "Set it back to app");
    assertFails("", "runs as app", "Set it back to app");
    // Whoever joins later is no reason any more.
    database.withMembers(1001, "deploy");
    assertThat(account("app")).contains(APP);
    madeFor(Map.of(MarkedAccount.FACT, "app:777:777"));
    assertFails("app", "uid 777", "uid 1001");
    madeFor(Map.of());
    assertFails("app", "runs as pglet", "Remove the field");
    assertThat(account("")).contains(PGLET);
    assertThat(checks).isEmpty();
  }

  @Test
  void whereVolumesCannotBeReadItIsNotSaidThatAllIsWell() throws Exception {
    inventory =
        new Inventory(
            List.of(),
            List.of(),
            List.of(
                new Unreadable(
                    Optional.empty(), new Refused("MarkerUnreadable", "it is damaged", "Repair"))));
    assertThat(account("app")).isEmpty();
    assertThat(checks).extracting(HostCheck::result).containsExactly(Result.WARN);
    assertThat(checks.getFirst().detail()).contains("it is damaged");
  }
}
