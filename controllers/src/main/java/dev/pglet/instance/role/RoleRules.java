package dev.pglet.instance.role;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.RoleSpec;
import dev.pglet.api.v1alpha1.SecretReference;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.Configuration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What no list of roles can be, whatever there is on the server. Pure. */
public final class RoleRules {
  /** Names that SQL takes for something else. */
  private static final Set<String> NO_ROLES = Set.of("public", "none");

  private final PostgreSQLInstanceSpec spec;
  private final List<InvalidSpec> problems = new ArrayList<>();

  private RoleRules(PostgreSQLInstanceSpec spec) {
    this.spec = spec;
  }

  /** All that is wrong with the roles of a spec, each with its field. */
  public static List<InvalidSpec> check(PostgreSQLInstanceSpec spec) {
    return new RoleRules(spec).check();
  }

  /** Why nobody can have a role of that name made; empty when he can. */
  public static Optional<String> reserved(String name) {
    if (name.equals("postgres") || name.startsWith("pg_")) {
      return Optional.of("the role " + name + " belongs to PostgreSQL itself");
    }
    if (name.equals(Configuration.MONITOR)) {
      return Optional.of("the role " + name + " is pglet's own, by which metrics are read");
    }
    return NO_ROLES.contains(name)
        ? Optional.of(name + " is no role to PostgreSQL but a word of its language")
        : Optional.empty();
  }

  private List<InvalidSpec> check() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < spec.roles().size(); i++) {
      RoleSpec role = spec.roles().get(i);
      String field = WantedRole.field(i);
      reserved(role.name())
          .ifPresent(reason -> add("ReservedName", field + ".name", reason, "Choose another name"));
      if (!names.add(role.name())) {
        add(
            "DuplicateRole",
            field + ".name",
            "the role " + role.name() + " is listed twice",
            "Remove one of the entries");
      }
      if (role.name().equals(spec.database().owner())) {
        owner(role, field);
      }
      password(role, field);
      moment(role, field);
      groups(role, field);
    }
    cycles();
    return problems;
  }

  /** An owner is what spec.database says of it, too. */
  private void owner(RoleSpec role, String field) {
    if (role.login() != null && !role.login()) {
      add(
          "OwnerConflict",
          field + ".login",
          "the role %s owns the first database (spec.database.owner), and an owner can log in"
              .formatted(role.name()),
          "Remove the field, or name another owner");
    }
    if (role.superuser()) {
      add(
          "OwnerConflict",
          field + ".superuser",
          "the role %s owns the first database (spec.database.owner), and an owner is no superuser"
              .formatted(role.name()),
          "Remove the field, or name another owner");
    }
  }

  private void password(RoleSpec role, String field) {
    SecretReference given = role.password();
    if (given == null) {
      return;
    }
    if (role.generated()) {
      add(
          "PasswordTwice",
          field + ".generated",
          "the password of role %s is to be read and to be generated".formatted(role.name()),
          "Remove password or generated");
    }
    boolean ofFile = given.file() != null;
    boolean named = given.secret() != null || given.key() != null;
    if (ofFile == named || (named && (given.secret() == null || given.key() == null))) {
      add(
          "SecretReference",
          field + ".password",
          "the password of role %s must name one secret".formatted(role.name()),
          "Write either file, or secret and key");
    }
    String file = given.file();
    if (file != null && (hasControl(file) || !Path.of(file).normalize().toString().equals(file))) {
      add(
          "InvalidPath",
          field + ".password.file",
          "the path is no plain absolute path",
          "Write it without .., ., double or trailing slashes and line breaks");
    }
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(Character::isISOControl);
  }

  private void moment(RoleSpec role, String field) {
    if (role.validUntil() != null && WantedRole.moment(role.validUntil()).isEmpty()) {
      add(
          "InvalidTime",
          field + ".validUntil",
          role.validUntil() + " is no time that there is",
          "Write a time such as 2027-01-31T00:00:00Z");
    }
  }

  private void groups(RoleSpec role, String field) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < role.inRoles().size(); i++) {
      String group = role.inRoles().get(i);
      String at = "%s.inRoles[%d]".formatted(field, i);
      if (!seen.add(group)) {
        add("DuplicateRole", at, "the role " + group + " is listed twice", "Remove one of them");
      }
      if (group.equals(role.name())) {
        add("MemberOfItself", at, "a role cannot be a member of itself", "Remove it");
      }
      if (NO_ROLES.contains(group) || group.equals("pg_database_owner") || group.isEmpty()) {
        add(
            "NotAGroup",
            at,
            "PostgreSQL lets no role be a member of \"%s\"".formatted(group),
            "Remove it");
      }
    }
  }

  private void cycles() {
    Map<String, RoleSpec> byName = new HashMap<>();
    spec.roles().forEach(role -> byName.putIfAbsent(role.name(), role));
    for (int i = 0; i < spec.roles().size(); i++) {
      RoleSpec role = spec.roles().get(i);
      for (int j = 0; j < role.inRoles().size(); j++) {
        String group = role.inRoles().get(j);
        if (!group.equals(role.name()) && reaches(group, role.name(), byName, new HashSet<>())) {
          add(
              "CircularMembership",
              "%s.inRoles[%d]".formatted(WantedRole.field(i), j),
              "the roles %s and %s would be members of each other".formatted(role.name(), group),
              "Remove one of the memberships on the way");
        }
      }
    }
  }

  private static boolean reaches(
      String from, String to, Map<String, RoleSpec> byName, Set<String> visited) {
    RoleSpec role = byName.get(from);
    return from.equals(to)
        || (role != null
            && visited.add(from)
            && role.inRoles().stream().anyMatch(next -> reaches(next, to, byName, visited)));
  }

  private void add(String reason, String field, String message, String remedy) {
    problems.add(new InvalidSpec(reason, field, message, remedy));
  }
}
