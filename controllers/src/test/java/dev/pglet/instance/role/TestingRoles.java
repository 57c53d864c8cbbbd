package dev.pglet.instance.role;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.RoleSpec;
import dev.pglet.api.v1alpha1.SecretReference;
import dev.pglet.instance.role.RoleFacts.Password;
import dev.pglet.instance.role.RoleFacts.Role;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Roles as specs want them and servers have them. */
public final class TestingRoles {
  /** The owner {@code app} of the first database, as it must be. */
  public static final RoleFacts OWNER =
      new RoleFacts(
          Map.of("app", new Role(RoleAttributes.LOGIN, Map.of())),
          Map.of("app", new Password.InForce()));

  /** The same role, of which pglet knows nothing, with a password. */
  public static final RoleFacts FOUND =
      new RoleFacts(
          Map.of("app", new Role(RoleAttributes.LOGIN, Map.of(), true)),
          Map.of("app", new Password.Ungenerated()));

  /** Nothing has been made. */
  public static final RoleFacts NONE =
      new RoleFacts(Map.of(), Map.of("app", new Password.Ungenerated()));

  static final RoleAttributes GROUP =
      new RoleAttributes(false, false, false, false, false, false, true, -1, "");

  private TestingRoles() {}

  /** A spec with the owner {@code app} and these roles. */
  static PostgreSQLInstanceSpec spec(RoleSpec... roles) {
    return new ObjectMapper()
        .convertValue(Map.of("roles", List.of(roles)), PostgreSQLInstanceSpec.class);
  }

  static RoleSpec group(String name, String... inRoles) {
    return new RoleSpec(
        name,
        null,
        false,
        false,
        false,
        false,
        false,
        true,
        -1,
        null,
        List.of(inRoles),
        null,
        false);
  }

  static RoleSpec withPassword(String name, @Nullable SecretReference password) {
    return new RoleSpec(
        name, null, false, false, false, false, false, true, -1, null, List.of(), password, false);
  }

  static SecretReference file(String path) {
    return new SecretReference(path, null, null);
  }
}
