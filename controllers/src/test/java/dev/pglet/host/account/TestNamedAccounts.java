package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestNamedAccounts {
  private static final AccountDatabase.Entry ROOT = new AccountDatabase.Entry("root", 0, 0);
  private static final ServerAccount PGLET = new ServerAccount("pglet", 900, 900, true);
  private static final ServerAccount APP = new ServerAccount("app", 1001, 1001, true);

  private static final Optional<ResourceKey> NONE = Optional.empty();
  private static final ResourceKey SOURCE = ResourceKey.of(PostgreSQLInstance.KIND, "orders");

  private final TestingAccounts database =
      new TestingAccounts(ROOT)
          .with(new AccountDatabase.Entry("pglet", 900, 900))
          .with(new AccountDatabase.Entry("app", 1001, 1001));
  private final NamedAccounts ofRoot = new NamedAccounts(database, PGLET);

  private void assertRefused(NamedAccounts accounts, String name, String reason, String... words) {
    InvalidSpec e =
        catchThrowableOfType(InvalidSpec.class, () -> accounts.forNew(NamedAccount.of(name)));
    assertThat(e.reason()).isEqualTo(reason);
    assertThat(e.field()).isEqualTo("spec.runtime.user");
    assertThat(e.explain()).contains(name).contains(words);
    assertThat(e.remedy()).isNotEmpty();
  }

  @Test
  void rootRunsAServerAsAnAccountWithAGroupOfItsOwn() throws Exception {
    assertThat(ofRoot.forNew(NamedAccount.of("app"))).isEqualTo(APP);
    database.withMembers(1001, "app");
    assertThat(ofRoot.forNew(NamedAccount.of("app")))
        .as("named as a member of its own group")
        .isEqualTo(APP);
  }

  @Test
  void theDaemonsAccountMayAlwaysBeNamed() throws Exception {
    database.withMembers(900, "backup");
    assertThat(ofRoot.forNew(NamedAccount.of("pglet"))).isEqualTo(PGLET);
    ServerAccount anna = new ServerAccount("anna", 1000, 1000, false);
    assertThat(new NamedAccounts(database, anna).forNew(NamedAccount.of("anna"))).isEqualTo(anna);
  }

  @Test
  void anOrdinaryUserCanNameNoOtherAccountWhetherItIsThereOrNot() {
    NamedAccounts ofAnna =
        new NamedAccounts(database, new ServerAccount("anna", 1000, 1000, false));
    for (String name : new String[] {"app", "root", "nobody-here"}) {
      assertRefused(ofAnna, name, "AccountNotAllowed", "pglet runs as anna", "only root");
    }
  }

  @Test
  void anAccountThatIsNotThereIsRefusedAndNotMade() throws Exception {
    int before = database.size();
    assertRefused(ofRoot, "bert", "AccountNotLocal", "not in /etc/passwd", "useradd", "bert");
    assertThat(database.size()).isEqualTo(before);
  }

  /** One that knows every name, and does not answer. */
  private static TestingAccounts withHangingService() {
    return new TestingAccounts(ROOT) {
      @Override
      public Optional<Entry> find(String name) {
        throw new AssertionError("a directory service is asked for " + name);
      }
    };
  }

  @Test
  void aDirectoryServiceIsNotAsked() throws Exception {
    NamedAccounts local =
        new NamedAccounts(
            withHangingService().with(new AccountDatabase.Entry("app", 1001, 1001)), PGLET);
    assertThat(local.forNew(NamedAccount.of("app"))).isEqualTo(APP);
    local.requireStill(APP, NONE);
    assertRefused(local, "ldap", "AccountNotLocal", "directory service");
    ServerAccount ldap = new ServerAccount("ldap", 70001, 70001, true);
    assertThat(still(local, ldap, NONE).reason()).isEqualTo("AccountMissing");
  }

  @Test
  void anAccountOfAnothersUidIsRefused() {
    database.with(new AccountDatabase.Entry("again", 1001, 1003));
    assertRefused(ofRoot, "again", "UidShared", "uid 1001, and so has app", "usermod -u");
    assertRefused(ofRoot, "app", "UidShared", "so has again");
    // The daemon's need not be a local one.
    ServerAccount servers = new ServerAccount("servers", 1001, 901, true);
    assertRefused(new NamedAccounts(database, servers), "app", "UidShared", "so has servers");
  }

  private static InvalidSpec still(
      NamedAccounts accounts, ServerAccount account, Optional<ResourceKey> source) {
    return catchThrowableOfType(InvalidSpec.class, () -> accounts.requireStill(account, source));
  }

  @Test
  void rootByAnyNameAndWhatIsInItsGroupIsRefused() {
    database.with(new AccountDatabase.Entry("toor", 0, 1002));
    database.with(new AccountDatabase.Entry("operator", 1003, 0));
    assertRefused(ofRoot, "root", "AccountIsRoot", "never run as root");
    assertRefused(ofRoot, "toor", "AccountIsRoot", "uid 0");
    assertRefused(ofRoot, "operator", "AccountIsRoot", "group");
  }

  @Test
  void whatOwnsNothingGetsNoData() {
    database.with(new AccountDatabase.Entry("nobody", 65534, 65534));
    assertRefused(ofRoot, "nobody", "AccountIsNobody", "owns nothing");
  }

  @Test
  void aGroupThatOthersAreInTooIsRefusedWithWhatParts() {
    database.with(new AccountDatabase.Entry("anna", 1004, 100));
    database.with(new AccountDatabase.Entry("bert", 1005, 100));
    database.withGroup(100, "users");
    assertRefused(ofRoot, "anna", "GroupShared", "bert", "groupadd", "usermod -g anna anna");
    database.withMembers(1001, "deploy", "backup");
    assertRefused(
        ofRoot,
        "app",
        "GroupShared",
        "backup, deploy",
        "gpasswd -d deploy app && gpasswd -d backup app");
    assertThat(refusal("app", NONE).explain()).doesNotContain("groupadd");
    database.with(new AccountDatabase.Entry("beside", 1006, 1001));
    assertRefused(ofRoot, "app", "GroupShared", "beside", "usermod -g");
  }

  private InvalidSpec refusal(String name, Optional<ResourceKey> source) {
    return catchThrowableOfType(
        InvalidSpec.class, () -> ofRoot.forNew(new NamedAccount(name, source)));
  }

  @Test
  void aCopyIsToldOfItsSourceAndOfNoFieldThatItLacks() throws HostUnavailable {
    database.with(new AccountDatabase.Entry("toor", 0, 1002));
    database.with(new AccountDatabase.Entry("nobody", 65534, 65534));
    database.with(new AccountDatabase.Entry("again", 1001, 1003));
    database.with(new AccountDatabase.Entry("anna", 1004, 1004)).withMembers(1004, "deploy");
    Optional<ResourceKey> source = Optional.of(SOURCE);
    NamedAccounts ofAnna =
        new NamedAccounts(database, new ServerAccount("carl", 1000, 1000, false));
    List<InvalidSpec> all =
        List.of(
            refusal("toor", source),
            refusal("nobody", source),
            refusal("again", source),
            refusal("anna", source),
            refusal("missing", source),
            still(ofRoot, new ServerAccount("gone", 1010, 1010, true), source),
            still(ofRoot, new ServerAccount("anna", 1010, 1010, true), source),
            still(ofAnna, APP, source));
    assertThat(all)
        .extracting(InvalidSpec::reason)
        .containsExactly(
            "AccountIsRoot",
            "AccountIsNobody",
            "UidShared",
            "GroupShared",
            "AccountNotLocal",
            "AccountMissing",
            "AccountChanged",
            "AccountNotAllowed");
    assertThat(all)
        .allSatisfy(
            refused -> {
              assertThat(refused.field()).isEqualTo("spec.source");
              assertThat(refused.explain())
                  .contains(SOURCE.toString())
                  .doesNotContainIgnoringCase("the field")
                  .doesNotContain("name another");
            });
  }

  @Test
  void whatIsInTheGroupOfTheDaemonsAccountIsRefused() {
    database.withMembers(900, "app");
    assertRefused(ofRoot, "app", "GroupShared", "in the group of the account pglet");
  }

  @Test
  void anAccountOfAServerMustStayWhatItWas() throws Exception {
    ofRoot.requireStill(APP, NONE);
    // Whoever joins its group later must not take the server down.
    database.withMembers(1001, "deploy");
    ofRoot.requireStill(APP, NONE);
    database.with(new AccountDatabase.Entry("app", 1009, 1001));
    InvalidSpec changed = still(ofRoot, APP, NONE);
    assertThat(changed.reason()).isEqualTo("AccountChanged");
    assertThat(changed.explain())
        .contains("uid 1001", "uid 1009", "gets in as its superuser", "desiredState: Stopped")
        .contains("groupadd -g 1001 app && useradd")
        .contains("Only if whoever has the name now is to have the data too", "usermod -u 1001");
  }

  @Test
  void anAccountThatIsGoneIsGivenBackWithItsIds() {
    ServerAccount gone = new ServerAccount("gone", -2, 1010, true);
    InvalidSpec missing = still(ofRoot, gone, NONE);
    assertThat(missing.reason()).isEqualTo("AccountMissing");
    assertThat(missing.explain())
        .contains("gets in as its superuser", "desiredState: Stopped")
        .contains(
            "groupadd -g 1010 gone && useradd --system --no-create-home --shell /usr/sbin/nologin -u 4294967294 -g 1010 gone")
        .doesNotContain("correct the name");
  }

  @Test
  void whereOnlyRootCanRunAServerThatIsThereNoFieldIsToBeRemoved() {
    NamedAccounts ofAnna =
        new NamedAccounts(database, new ServerAccount("anna", 1000, 1000, false));
    InvalidSpec refused = still(ofAnna, new ServerAccount("app", 1001, 1001, false), NONE);
    assertThat(refused.reason()).isEqualTo("AccountNotAllowed");
    assertThat(refused.remedy()).isEqualTo("Run pglet as root");
    assertRefused(ofAnna, "app", "AccountNotAllowed", "Remove the field, or run pglet as root");
  }

  @Test
  void whatAMarkerSaysIsNeverRunAsRoot() {
    for (ServerAccount root :
        List.of(
            new ServerAccount("toor", 0, 1002, true), new ServerAccount("toor", 1002, 0, true))) {
      database.with(new AccountDatabase.Entry("toor", root.uid(), root.gid()));
      InvalidSpec refused = still(ofRoot, root, NONE);
      assertThat(refused.reason()).isEqualTo("AccountIsRoot");
      assertThat(refused.remedy()).contains("marker");
    }
  }

  @Test
  void theDaemonsAccountIsNotLookedForAgain() throws Exception {
    new NamedAccounts(new TestingAccounts(ROOT), PGLET).requireStill(PGLET, NONE);
  }
}
