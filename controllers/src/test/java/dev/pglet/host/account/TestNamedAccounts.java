package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.reconcile.InvalidSpec;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestNamedAccounts {
  private static final AccountDatabase.Entry ROOT = new AccountDatabase.Entry("root", 0, 0);
  private static final ServerAccount PGLET = new ServerAccount("pglet", 900, 900, true);
  private static final ServerAccount APP = new ServerAccount("app", 1001, 1001, true);

  private final TestingAccounts database =
      new TestingAccounts(ROOT)
          .with(new AccountDatabase.Entry("pglet", 900, 900))
          .with(new AccountDatabase.Entry("app", 1001, 1001));
  private final NamedAccounts ofRoot = new NamedAccounts(database, PGLET);

  private void assertRefused(NamedAccounts accounts, String name, String reason, String... words) {
    InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> accounts.forNew(name));
    assertThat(e.reason()).isEqualTo(reason);
    assertThat(e.field()).isEqualTo("spec.runtime.user");
    assertThat(e.explain()).contains(name).contains(words);
    assertThat(e.remedy()).isNotEmpty();
  }

  @Test
  void rootRunsAServerAsAnAccountWithAGroupOfItsOwn() throws Exception {
    assertThat(ofRoot.forNew("app")).isEqualTo(APP);
    database.withMembers(1001, "app");
    assertThat(ofRoot.forNew("app")).as("named as a member of its own group").isEqualTo(APP);
  }

  @Test
  void theDaemonsAccountMayAlwaysBeNamed() throws Exception {
    database.withMembers(900, "backup");
    assertThat(ofRoot.forNew("pglet")).isEqualTo(PGLET);
    ServerAccount anna = new ServerAccount("anna", 1000, 1000, false);
    assertThat(new NamedAccounts(database, anna).forNew("anna")).isEqualTo(anna);
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
    assertRefused(ofRoot, "bert", "AccountMissing", "useradd", "bert");
    assertThat(database.size()).isEqualTo(before);
  }

  @Test
  void anAnswerForAnotherNameIsNoAnswer() {
    AccountDatabase.Entry other = new AccountDatabase.Entry("app", 1001, 1001);
    TestingAccounts anyCase =
        new TestingAccounts(ROOT) {
          @Override
          public Optional<Entry> find(String name) {
            return Optional.of(other);
          }
        };
    assertRefused(new NamedAccounts(anyCase, PGLET), "APP", "AccountMissing", "no account APP");
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
  void aGroupThatOthersAreInTooIsRefused() {
    database.with(new AccountDatabase.Entry("anna", 1004, 100));
    database.with(new AccountDatabase.Entry("bert", 1005, 100));
    assertRefused(ofRoot, "anna", "GroupShared", "bert", "usermod -g anna anna");
    database.withMembers(1001, "deploy");
    assertRefused(ofRoot, "app", "GroupShared", "deploy");
  }

  @Test
  void whatIsInTheGroupOfTheDaemonsAccountIsRefused() {
    database.withMembers(900, "app");
    assertRefused(ofRoot, "app", "GroupShared", "in the group of the account pglet");
  }

  @Test
  void anAccountOfAServerMustStayWhatItWas() throws Exception {
    ofRoot.requireStill(APP);
    // Whoever joins its group later must not take the server down.
    database.withMembers(1001, "deploy");
    ofRoot.requireStill(APP);
    database.with(new AccountDatabase.Entry("app", 1009, 1001));
    InvalidSpec changed = catchThrowableOfType(InvalidSpec.class, () -> ofRoot.requireStill(APP));
    assertThat(changed.reason()).isEqualTo("AccountChanged");
    assertThat(changed.explain()).contains("uid 1001", "uid 1009", "usermod -u 1001");
    ServerAccount gone = new ServerAccount("gone", 1010, 1010, true);
    assertThat(catchThrowableOfType(InvalidSpec.class, () -> ofRoot.requireStill(gone)).reason())
        .isEqualTo("AccountMissing");
  }

  @Test
  void theDaemonsAccountIsNotLookedForAgain() throws Exception {
    new NamedAccounts(new TestingAccounts(ROOT), PGLET).requireStill(PGLET);
  }
}
