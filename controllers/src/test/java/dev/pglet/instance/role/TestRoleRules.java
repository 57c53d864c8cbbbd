package dev.pglet.instance.role;

import static dev.pglet.instance.role.TestingRoles.file;
import static dev.pglet.instance.role.TestingRoles.group;
import static dev.pglet.instance.role.TestingRoles.spec;
import static dev.pglet.instance.role.TestingRoles.withPassword;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.RoleSpec;
import dev.pglet.api.v1alpha1.SecretReference;
import dev.pglet.reconcile.InvalidSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestRoleRules {
  @ParameterizedTest
  @ValueSource(strings = {"postgres", "pg_reader", "public", "none"})
  void refusesTheNamesOfPostgresItself(String name) {
    assertThat(fields(group(name))).containsExactly("spec.roles[0].name");
  }

  @Test
  void refusesARoleThatIsListedTwice() {
    assertThat(fields(group("a"), group("a"))).containsExactly("spec.roles[1].name");
  }

  @Test
  void refusesAnOwnerThatIsOtherwiseThanItsDatabaseSays() {
    assertThat(fields(role("app", false, true, null, null, false)))
        .containsExactly("spec.roles[0].login", "spec.roles[0].superuser");
    assertThat(fields(role("app", null, false, null, null, false))).isEmpty();
  }

  @Test
  void refusesAPasswordFromTwoPlaces() {
    assertThat(fields(role("a", null, false, null, file("/a"), true)))
        .containsExactly("spec.roles[0].generated");
    assertThat(fields(withPassword("a", new SecretReference("/a", "s", "k"))))
        .containsExactly("spec.roles[0].password");
  }

  @Test
  void refusesAPasswordFromNowhere() {
    assertThat(fields(withPassword("a", new SecretReference(null, null, null))))
        .containsExactly("spec.roles[0].password");
    assertThat(fields(withPassword("a", new SecretReference(null, "s", null))))
        .containsExactly("spec.roles[0].password");
    assertThat(fields(withPassword("a", new SecretReference(null, null, "k"))))
        .containsExactly("spec.roles[0].password");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/../b", "/a/./b", "/a//b", "/a/", "/a\nb", "/a\u0000b"})
  void refusesAPathThatIsNotPlain(String path) {
    assertThat(fields(withPassword("a", file(path))))
        .containsExactly("spec.roles[0].password.file");
  }

  @Test
  void refusesADayThatThereIsNot() {
    assertThat(fields(role("a", null, false, "2027-02-30T00:00:00Z", null, false)))
        .containsExactly("spec.roles[0].validUntil");
    assertThat(fields(role("a", null, false, "2027-02-28T00:00:00+02:00", null, false))).isEmpty();
  }

  @Test
  void refusesMembershipsThatCannotBe() {
    assertThat(fields(group("a", "a"))).containsExactly("spec.roles[0].inRoles[0]");
    assertThat(fields(group("a", "b", "b"))).containsExactly("spec.roles[0].inRoles[1]");
    assertThat(fields(group("a", "pg_database_owner"))).containsExactly("spec.roles[0].inRoles[0]");
    assertThat(fields(group("a", "b"), group("b", "c"), group("c", "a")))
        .containsExactly(
            "spec.roles[0].inRoles[0]", "spec.roles[1].inRoles[0]", "spec.roles[2].inRoles[0]");
    assertThat(fields(group("a", "pg_monitor", "elsewhere"))).isEmpty();
  }

  private static RoleSpec role(
      String name,
      @Nullable Boolean login,
      boolean superuser,
      @Nullable String validUntil,
      @Nullable SecretReference password,
      boolean generated) {
    return new RoleSpec(
        name,
        login,
        superuser,
        false,
        false,
        false,
        false,
        true,
        -1,
        validUntil,
        List.of(),
        password,
        generated);
  }

  private static List<String> fields(RoleSpec... roles) {
    return RoleRules.check(spec(roles)).stream().map(InvalidSpec::field).toList();
  }
}
