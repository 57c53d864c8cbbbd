package dev.pglet.instance.role;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.RoleSpec;
import dev.pglet.api.v1alpha1.SecretReference;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A role as a spec wants it.
 *
 * @param field the path of the entry
 * @param listed false for an owner of the first database that has no entry: it can log in, is no
 *     superuser, has a generated password, and is otherwise what somebody made of it
 * @param password empty: left alone
 */
public record WantedRole(
    String name,
    String field,
    boolean listed,
    RoleAttributes attributes,
    List<String> inRoles,
    Optional<PasswordSource> password) {
  public WantedRole {
    inRoles = List.copyOf(inRoles);
  }

  /** Every role of a spec, the owner of the first database included. */
  public static List<WantedRole> of(PostgreSQLInstanceSpec spec) {
    List<WantedRole> roles = new ArrayList<>();
    String owner = spec.database().owner();
    if (spec.roles().stream().noneMatch(role -> role.name().equals(owner))) {
      roles.add(
          new WantedRole(
              owner,
              "spec.database.owner",
              false,
              RoleAttributes.LOGIN,
              List.of(),
              Optional.of(new PasswordSource.Generated())));
    }
    for (int i = 0; i < spec.roles().size(); i++) {
      roles.add(listed(spec.roles().get(i), i, owner));
    }
    return roles;
  }

  /** The path of an entry, or of the owner's name when there is none. */
  static String field(PostgreSQLInstanceSpec spec, String role) {
    for (int i = 0; i < spec.roles().size(); i++) {
      if (spec.roles().get(i).name().equals(role)) {
        return field(i);
      }
    }
    return "spec.database.owner";
  }

  static String field(int index) {
    return "spec.roles[%d]".formatted(index);
  }

  /** The moment in UTC, as the server's is written; empty for none and for a day that is not. */
  static String moment(@Nullable String time) {
    try {
      return time == null ? "" : OffsetDateTime.parse(time).toInstant().toString();
    } catch (DateTimeException e) {
      // The rules have said so.
      return "";
    }
  }

  private static WantedRole listed(RoleSpec role, int index, String owner) {
    boolean owns = role.name().equals(owner);
    SecretReference given = role.password();
    Optional<PasswordSource> password = Optional.empty();
    if (given != null) {
      password = Optional.of(new PasswordSource.Given(given));
    } else if (owns || role.generated()) {
      password = Optional.of(new PasswordSource.Generated());
    }
    Boolean login = role.login();
    return new WantedRole(
        role.name(),
        field(index),
        true,
        new RoleAttributes(
            login == null ? password.isPresent() : login,
            role.superuser(),
            role.createdb(),
            role.createrole(),
            role.replication(),
            role.bypassrls(),
            role.inherit(),
            role.connectionLimit(),
            moment(role.validUntil())),
        role.inRoles(),
        password);
  }
}
