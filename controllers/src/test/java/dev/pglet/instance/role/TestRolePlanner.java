package dev.pglet.instance.role;

import static dev.pglet.instance.role.TestingRoles.GROUP;
import static dev.pglet.instance.role.TestingRoles.file;
import static dev.pglet.instance.role.TestingRoles.group;
import static dev.pglet.instance.role.TestingRoles.spec;
import static dev.pglet.instance.role.TestingRoles.withPassword;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pglet.api.v1alpha1.RoleSpec;
import dev.pglet.instance.role.RoleFacts.Password;
import dev.pglet.instance.role.RoleFacts.Role;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestRolePlanner {
  private final Map<String, Role> roles = new HashMap<>(TestingRoles.OWNER.roles());
  private final Map<String, Password> passwords = new HashMap<>(TestingRoles.OWNER.passwords());

  @Test
  void makesTheOwnerFirstThenEveryRoleThenMembershipsThenPasswords() {
    roles.clear();
    passwords.put("app", new Password.Ungenerated());
    passwords.put("reader", new Password.Different("h"));

    assertThat(plan(withPassword("reader", file("/r")), group("all", "reader")))
        .extracting(RoleStep::describe)
        .containsExactly(
            "creating role app",
            "creating role reader",
            "creating role all",
            "making role all a member of reader",
            "setting a new password for role app",
            "setting the password of role reader from file /r");
  }

  @Test
  void plansNothingForRolesThatAreAsTheirEntriesSay() {
    has("reader", GROUP, Map.of("pg_monitor", Optional.empty()));
    roles.put("pg_monitor", new Role(GROUP, Map.of()));

    assertThat(plan(group("reader", "pg_monitor"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "login",
        "superuser",
        "createdb",
        "createrole",
        "replication",
        "bypassrls",
        "inherit",
        "connectionLimit",
        "validUntil"
      })
  void correctsEachAttributeThatSomebodyChanged(String changed) {
    has("reader", drifted(changed), Map.of());

    assertThat(plan(group("reader")))
        .containsExactly(new RoleStep.AlterRole("reader", GROUP, List.of(changed)));
  }

  @Test
  void takesTheRightsOfASuperuserFromTheOwnerAndNothingElse() {
    RoleAttributes made = new RoleAttributes(false, true, true, false, false, false, true, 7, "");
    has("app", made, Map.of("admins", Optional.empty()));

    assertThat(plan())
        .containsExactly(
            new RoleStep.AlterRole("app", made.ofOwner(), List.of("login", "superuser")));
    assertThat(made.ofOwner().connectionLimit()).isEqualTo(7);
  }

  @Test
  void endsMembershipsThatNoEntryNames() {
    has("reader", GROUP, Map.of("admins", Optional.of(true)));

    assertThat(plan(group("reader")))
        .containsExactly(
            new RoleStep.ChangeMemberships("reader", List.of(), List.of("admins"), true));
  }

  @Test
  void correctsAMembershipThatDoesNotInherit() {
    has("reader", GROUP, Map.of("pg_monitor", Optional.of(false)));
    roles.put("pg_monitor", new Role(GROUP, Map.of()));

    assertThat(plan(group("reader", "pg_monitor")))
        .containsExactly(
            new RoleStep.ChangeMemberships("reader", List.of("pg_monitor"), List.of(), true));
  }

  @Test
  void aRoleThatIsNowhereKeepsNothingElseFromBeingDone() {
    has("reader", GROUP, Map.of());
    List<WantedRole> wanted =
        WantedRole.of(spec(group("reader", "gone", "writer"), group("writer")));

    assertThat(RolePlanner.plan(wanted, facts()))
        .extracting(RoleStep::describe)
        .containsExactly("creating role writer", "making role reader a member of writer");
    assertThat(RolePlanner.missing(wanted, facts()))
        .extracting(InvalidSpec::field)
        .containsExactly("spec.roles[0].inRoles[0]");
    assertThat(RoleReport.status(wanted, facts()).get(1).message()).contains("no role gone");
  }

  @Test
  void aSecretThatCannotBeReadLeavesThePasswordAlone() {
    has("reader", RoleAttributes.LOGIN, Map.of());
    passwords.put("reader", new Password.Unreadable("SecretMissing", "no file /r", "Make it"));
    List<WantedRole> wanted = WantedRole.of(spec(withPassword("reader", file("/r"))));

    assertThat(RolePlanner.plan(wanted, facts())).isEmpty();
    KindCondition condition = RoleReport.secrets(wanted, facts()).orElseThrow();
    assertThat(condition.status()).isEqualTo("False");
    assertThat(condition.reason()).isEqualTo("SecretMissing");
    assertThat(condition.message()).contains("spec.roles[0].password: no file /r", "Make it");
    assertThat(RoleReport.status(wanted, facts()).get(1).applied()).isFalse();
  }

  @Test
  void saysNothingOfSecretsWhereThereAreNone() {
    assertThat(RoleReport.secrets(WantedRole.of(spec()), facts())).isEmpty();
  }

  @Test
  void namesTheFieldsOfEachStep() {
    RoleStep owner = new RoleStep.CreateRole("app", GROUP);
    RoleStep member = new RoleStep.ChangeMemberships("b", List.of("a"), List.of(), true);

    assertThat(owner.field(spec())).isEqualTo("spec.database.owner");
    assertThat(member.field(spec(group("a"), group("b")))).isEqualTo("spec.roles[1].inRoles");
  }

  @Test
  void aPasswordThatARoleOfAnAdoptedClusterHasIsReplacedOnlyByOneThatIsNamed() {
    roles.put("app", new Role(RoleAttributes.LOGIN, Map.of(), true));
    passwords.put("app", new Password.Ungenerated());

    assertThat(otherwise())
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(tuple("RoleHasPassword", "spec.database.owner"));
    assertThat(otherwise().getFirst().remedy()).contains("ALTER ROLE \"app\" PASSWORD NULL");

    passwords.put("app", new Password.Different("h"));
    assertThat(otherwise()).as("pglet has set one before").isEmpty();
    passwords.put("app", new Password.Ungenerated(true));
    assertThat(otherwise()).as("it may be pglet's own, as after a crash").isEmpty();
    passwords.put("app", new Password.Different("h"));
    assertThat(otherwise(withPassword("app", file("/secret")))).isEmpty();

    passwords.put("app", new Password.Ungenerated());
    roles.put("app", new Role(RoleAttributes.LOGIN, Map.of()));
    assertThat(otherwise()).as("it has none, as after a crash").isEmpty();
    roles.remove("app");
    assertThat(otherwise()).isEmpty();
  }

  @Test
  void aSuperuserOfAnAdoptedClusterStaysOne() {
    has("app", new RoleAttributes(true, true, false, false, false, false, true, -1, ""), Map.of());
    has("dba", drifted("superuser"), Map.of());

    assertThat(otherwise(group("dba")))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(
            tuple("RoleIsSuperuser", "spec.database.owner"),
            tuple("RoleIsSuperuser", "spec.roles[0]"));
  }

  private List<InvalidSpec> otherwise(RoleSpec... wanted) {
    return RolePlanner.foundOtherwise(WantedRole.of(spec(wanted)), facts());
  }

  private static RoleAttributes drifted(String changed) {
    return new RoleAttributes(
        changed.equals("login"),
        changed.equals("superuser"),
        changed.equals("createdb"),
        changed.equals("createrole"),
        changed.equals("replication"),
        changed.equals("bypassrls"),
        !changed.equals("inherit"),
        changed.equals("connectionLimit") ? 3 : -1,
        changed.equals("validUntil") ? "2027-01-01T00:00:00Z" : "");
  }

  private void has(String role, RoleAttributes attributes, Map<String, Optional<Boolean>> groups) {
    roles.put(role, new Role(attributes, groups));
  }

  private RoleFacts facts() {
    return new RoleFacts(roles, passwords);
  }

  private List<RoleStep> plan(RoleSpec... wanted) {
    return RolePlanner.plan(WantedRole.of(spec(wanted)), facts());
  }
}
