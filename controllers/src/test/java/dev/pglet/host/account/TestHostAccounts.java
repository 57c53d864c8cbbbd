package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    AccountDatabase.Entry app = of.findLocal("app").orElseThrow();
    assertThat(of.groupOf(app))
        .isEqualTo(new AccountDatabase.Group("app", List.of("beside"), List.of("member")));
    assertThat(of.groupOf(app).others()).containsExactly("beside", "member");
    assertThat(of.groupOf(of.findLocal("other").orElseThrow()).others()).isEmpty();
    Files.delete(group);
    assertThat(of.groupOf(app))
        .isEqualTo(new AccountDatabase.Group("", List.of("beside"), List.of()));
  }

  @Test
  void saysWhichOtherNamesAUidHas(@TempDir Path directory) throws Exception {
    Path passwd =
        Files.writeString(
            directory.resolve("passwd"),
            """
            app:x:901:901::/:/bin/sh
            again:x:901:902::/:/bin/sh
            other:x:903:901::/:/bin/sh
            """);
    HostAccounts of = new HostAccounts(passwd, directory.resolve("group"));
    assertThat(of.otherNamesOf(of.findLocal("app").orElseThrow())).containsExactly("again");
    assertThat(of.otherNamesOf(of.findLocal("other").orElseThrow())).isEmpty();
  }

  @Test
  void asksNoServiceForALocalAccount(@TempDir Path directory) throws Exception {
    Path passwd = Files.writeString(directory.resolve("passwd"), "app:x:901:901::/:/bin/sh\n");
    HostAccounts of = new HostAccounts(passwd, directory.resolve("group"));
    // Every host has it, and only getent can know of it here.
    assertThat(of.findLocal("root")).isEmpty();
    assertThat(of.findLocal("app")).isPresent();
  }

  @Test
  void knowsTheUidOfThisProcess() throws Exception {
    Object owner = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assertThat(accounts.self().uid()).isEqualTo(owner);
  }
}
