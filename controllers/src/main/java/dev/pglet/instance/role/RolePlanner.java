package dev.pglet.instance.role;

import dev.pglet.instance.role.RoleFacts.Password;
import dev.pglet.instance.role.RoleFacts.Role;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is left to do to the roles: pure functions of spec and observation. */
public final class RolePlanner {
  private RolePlanner() {}

  /** Every role first, as they can be members of one another; then memberships, then passwords. */
  public static List<RoleStep> plan(List<WantedRole> wanted, RoleFacts facts) {
    Set<String> known = wanted.stream().map(WantedRole::name).collect(Collectors.toSet());
    known.addAll(facts.roles().keySet());
    List<RoleStep> steps = new ArrayList<>();
    wanted.forEach(role -> attributes(role, facts).ifPresent(steps::add));
    wanted.forEach(role -> memberships(role, facts, known).ifPresent(steps::add));
    wanted.forEach(role -> password(role, facts).ifPresent(steps::add));
    return steps;
  }

  /** Memberships in roles that are nowhere; nothing else waits for them. */
  public static List<InvalidSpec> missing(List<WantedRole> wanted, RoleFacts facts) {
    Set<String> known = wanted.stream().map(WantedRole::name).collect(Collectors.toSet());
    List<InvalidSpec> problems = new ArrayList<>();
    for (WantedRole role : wanted) {
      for (int i = 0; i < role.inRoles().size(); i++) {
        String group = role.inRoles().get(i);
        if (!known.contains(group) && !facts.roles().containsKey(group)) {
          problems.add(
              new InvalidSpec(
                  "RoleMissing",
                  "%s.inRoles[%d]".formatted(role.field(), i),
                  "there is no role " + group,
                  "List it in spec.roles too, or create it; all else is done"));
        }
      }
    }
    return problems;
  }

  /**
   * What would take something away from whom a cluster that was taken over has already: a password
   * that nobody has asked to be changed, or the rights of a superuser.
   */
  public static List<InvalidSpec> foundOtherwise(List<WantedRole> wanted, RoleFacts facts) {
    List<InvalidSpec> problems = new ArrayList<>();
    for (WantedRole role : wanted) {
      Role there = facts.roles().get(role.name());
      if (there == null) {
        continue;
      }
      if (there.attributes().superuser() && !role.attributes().superuser()) {
        problems.add(
            new InvalidSpec(
                "RoleIsSuperuser",
                role.field(),
                "the role %s of the cluster that was adopted is a superuser, and is to be none: pglet does not take that from it"
                    .formatted(role.name()),
                "Name another role, or list it in spec.roles with superuser: true; if it shall not be one: ALTER ROLE %s NOSUPERUSER"
                    .formatted(Sql.identifier(role.name()))));
      }
      boolean generated =
          role.password().filter(PasswordSource.Generated.class::isInstance).isPresent();
      if (generated
          && there.hasPassword()
          && facts.passwords().get(role.name()) instanceof Password.Ungenerated none
          && !none.begun()) {
        problems.add(
            new InvalidSpec(
                "RoleHasPassword",
                role.field(),
                "the role %s of the cluster that was adopted has a password, which pglet does not know and does not replace"
                    .formatted(role.name()),
                "Say in spec.roles where its password is, or name another role; for a new one: ALTER ROLE %s PASSWORD NULL"
                    .formatted(Sql.identifier(role.name()))));
      }
    }
    return problems;
  }

  private static Optional<RoleStep> attributes(WantedRole wanted, RoleFacts facts) {
    Role there = facts.roles().get(wanted.name());
    if (there == null) {
      return Optional.of(new RoleStep.CreateRole(wanted.name(), wanted.attributes()));
    }
    RoleAttributes target = wanted.listed() ? wanted.attributes() : there.attributes().ofOwner();
    List<String> changed = target.differences(there.attributes());
    return changed.isEmpty()
        ? Optional.empty()
        : Optional.of(new RoleStep.AlterRole(wanted.name(), target, changed));
  }

  private static Optional<RoleStep> memberships(
      WantedRole wanted, RoleFacts facts, Set<String> known) {
    if (!wanted.listed()) {
      return Optional.empty();
    }
    Role there = facts.roles().get(wanted.name());
    Map<String, Optional<Boolean>> groups =
        there == null ? Map.of() : new TreeMap<>(there.groups());
    boolean inherit = wanted.attributes().inherit();
    List<String> join =
        wanted.inRoles().stream()
            .filter(known::contains)
            .filter(group -> !isMember(groups, group, inherit))
            .toList();
    List<String> leave =
        groups.keySet().stream().filter(group -> !wanted.inRoles().contains(group)).toList();
    return join.isEmpty() && leave.isEmpty()
        ? Optional.empty()
        : Optional.of(new RoleStep.ChangeMemberships(wanted.name(), join, leave, inherit));
  }

  private static boolean isMember(
      Map<String, Optional<Boolean>> groups, String group, boolean inherit) {
    return groups.containsKey(group) && groups.get(group).orElse(inherit) == inherit;
  }

  private static Optional<RoleStep> password(WantedRole wanted, RoleFacts facts) {
    Password password = facts.passwords().get(wanted.name());
    if (password == null || wanted.password().isEmpty()) {
      return Optional.empty();
    }
    PasswordSource source = wanted.password().get();
    return switch (password) {
      case Password.InForce _, Password.Unreadable _ -> Optional.empty();
      case Password.Different different ->
          Optional.of(new RoleStep.SetPassword(wanted.name(), source, different.hash()));
      case Password.Ungenerated _ ->
          Optional.of(new RoleStep.SetPassword(wanted.name(), source, ""));
    };
  }
}
