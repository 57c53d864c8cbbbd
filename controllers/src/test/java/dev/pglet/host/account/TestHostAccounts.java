package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TestHostAccounts {
  private final HostAccounts accounts = new HostAccounts();

  @Test
  void findsRootByNameAndByUid() throws Exception {
    AccountDatabase.Entry root = new AccountDatabase.Entry("root", 0, 0);
    assertThat(accounts.find("root")).contains(root);
    assertThat(accounts.find(0)).contains(root);
  }

  @Test
  void findsNothingForANameThatNobodyHas() throws Exception {
    assertThat(accounts.find("no-such-account-here")).isEmpty();
  }

  @Test
  void knowsTheUidOfThisProcess() throws Exception {
    Object owner = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assertThat(accounts.self().uid()).isEqualTo(owner);
  }
}
