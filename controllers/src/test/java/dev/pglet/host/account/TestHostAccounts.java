package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void saysWhoElseIsInAGroupBeItAsTheirFirstOneOrAsAMember(@TempDir Path directory)
      throws Exception {
    Path passwd =
        Files.writeString(
            directory.resolve("passwd"),
            """
            root:x:0:0::/root:/bin/sh
            app:x:901:900::/:/bin/sh
            beside:x:902:900::/:/bin/sh
            other:x:903:903::/:/bin/sh
            """);
    Path group =
        Files.writeString(
            directory.resolve("group"),
            """
            root:x:0:app
            app:x:900:member,app,root
            other:x:903:
            ninety:x:90:nobody
            """);
    HostAccounts of = new HostAccounts(passwd, group);
    assertThat(of.othersInGroupOf(of.find("app").orElseThrow()))
        .containsExactly("beside", "member");
    assertThat(of.othersInGroupOf(of.find("other").orElseThrow())).isEmpty();
    Files.delete(group);
    assertThat(of.othersInGroupOf(of.find("app").orElseThrow())).containsExactly("beside");
  }

  @Test
  void knowsTheUidOfThisProcess() throws Exception {
    Object owner = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assertThat(accounts.self().uid()).isEqualTo(owner);
  }
}
