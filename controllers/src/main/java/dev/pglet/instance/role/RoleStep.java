package dev.pglet.instance.role;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import java.util.ArrayList;
import java.util.List;

/** What can be done to a role. */
public sealed interface RoleStep extends Step {
  String role();

  /** The path of the field that asks for the step. */
  default String field(PostgreSQLInstanceSpec wanted) {
    return WantedRole.field(wanted, role());
  }

  @Override
  default Risk risk() {
    return Risk.SAFE;
  }

  record CreateRole(String role, RoleAttributes attributes) implements RoleStep {
    @Override
    public String describe() {
      return "creating role " + role;
    }
  }

  /**
   * Makes a role what its entry says.
   *
   * @param changed names of fields
   */
  record AlterRole(String role, RoleAttributes attributes, List<String> changed)
      implements RoleStep {
    public AlterRole {
      changed = List.copyOf(changed);
    }

    @Override
    public String describe() {
      return "changing %s of role %s".formatted(String.join(", ", changed), role);
    }
  }

  /**
   * Makes a role a member of some roles and of others no more.
   *
   * @param inherit whether it has the rights of those that it joins without SET ROLE
   */
  record ChangeMemberships(String role, List<String> join, List<String> leave, boolean inherit)
      implements RoleStep {
    public ChangeMemberships {
      join = List.copyOf(join);
      leave = List.copyOf(leave);
    }

    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return RoleStep.super.field(wanted) + ".inRoles";
    }

    @Override
    public String describe() {
      List<String> parts = new ArrayList<>();
      if (!join.isEmpty()) {
        parts.add("making role %s a member of %s".formatted(role, String.join(", ", join)));
      }
      if (!leave.isEmpty()) {
        parts.add(
            "ending the membership of role %s in %s".formatted(role, String.join(", ", leave)));
      }
      return String.join("; ", parts);
    }
  }

  /**
   * Sets a password that is read, or made, when the step runs.
   *
   * @param hash keyed, of the password as it was seen; empty when it was not
   */
  record SetPassword(String role, PasswordSource source, String hash) implements RoleStep {
    @Override
    public String describe() {
      return source instanceof PasswordSource.Generated && hash.isEmpty()
          ? "setting a new password for role " + role
          : "setting the password of role %s from %s".formatted(role, source.describe());
    }
  }
}
