package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TestServerAccounts {
  private static final AccountDatabase.Entry ROOT = new AccountDatabase.Entry("root", 0, 0);
  private static final AccountDatabase.Entry ANNA = new AccountDatabase.Entry("anna", 1000, 1000);

  private final List<String> announced = new ArrayList<>();

  @Test
  void anOrdinaryUsersServersRunAsThatUser() throws Exception {
    TestingAccounts accounts = new TestingAccounts(ANNA);
    assertThat(resolve(accounts, Optional.empty()))
        .isEqualTo(new ServerAccount("anna", 1000, 1000, false));
    assertThat(accounts.size()).isEqualTo(1);
  }

  @Test
  void anOrdinaryUserCannotNameAnotherAccount() {
    assertThatThrownBy(() -> resolve(new TestingAccounts(ANNA).with(ROOT), Optional.of("postgres")))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("postgres")
        .hasMessageContaining("anna");
  }

  @Test
  void rootsDedicatedAccountIsMadeOnce() throws Exception {
    TestingAccounts accounts = new TestingAccounts(ROOT);
    ServerAccount first = resolve(accounts, Optional.empty());
    assertThat(first.name()).isEqualTo("pglet");
    assertThat(first.switching()).isTrue();
    assertThat(resolve(accounts, Optional.empty())).isEqualTo(first);
    assertThat(accounts.size()).isEqualTo(2);
    assertThat(announced)
        .as("said once, in the words that people see")
        .singleElement()
        .asString()
        .contains("account pglet", "uid " + first.uid());
  }

  @Test
  void whoOnlyLooksMakesNoAccount() throws Exception {
    TestingAccounts accounts = new TestingAccounts(ROOT);
    Settings settings =
        new Settings(Path.of("/data"), Path.of("/run/pglet"), Optional.empty(), false);
    ServerAccounts servers = new ServerAccounts(settings, accounts, announced::add);

    assertThat(servers.look().name()).isEqualTo("pglet");
    assertThat(accounts.size()).isEqualTo(1);
    assertThat(announced).isEmpty();

    ServerAccount made = servers.resolve();
    assertThat(servers.look()).as("once it is there").isEqualTo(made);
  }

  @Test
  void rootUsesTheAccountOfTheSettingsAndMakesNone() throws Exception {
    TestingAccounts accounts = new TestingAccounts(ROOT).with(ANNA);
    assertThat(resolve(accounts, Optional.of("anna")))
        .isEqualTo(new ServerAccount("anna", 1000, 1000, true));
    assertThat(accounts.size()).isEqualTo(2);
  }

  @Test
  void anAccountOfTheSettingsThatIsMissingIsNeverMade() {
    TestingAccounts accounts = new TestingAccounts(ROOT);
    assertThatThrownBy(() -> resolve(accounts, Optional.of("bert")))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("bert");
    assertThat(accounts.size()).isEqualTo(1);
  }

  @Test
  void serversNeverRunAsRoot() {
    assertThatThrownBy(() -> resolve(new TestingAccounts(ROOT), Optional.of("root")))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("uid is 0");
  }

  private ServerAccount resolve(TestingAccounts accounts, Optional<String> name)
      throws HostUnavailable {
    Settings settings = new Settings(Path.of("/data"), Path.of("/run/pglet"), name, false);
    return new ServerAccounts(settings, accounts, announced::add).resolve();
  }
}
