package dev.pglet.instance.role;

import java.util.Map;
import java.util.Optional;

/**
 * What there is of the wanted roles. Holds no secret.
 *
 * @param roles by name: those of the wanted ones and of the roles that they shall be members of
 *     that exist
 * @param passwords by name: of the wanted roles whose password is not left alone
 */
public record RoleFacts(Map<String, Role> roles, Map<String, Password> passwords) {
  public RoleFacts {
    roles = Map.copyOf(roles);
    passwords = Map.copyOf(passwords);
  }

  /**
   * A role of the server.
   *
   * @param groups the roles that it is a member of, each with whether it inherits from them; empty
   *     where the server keeps that with the role alone
   * @param hasPassword whoever has set it
   */
  public record Role(
      RoleAttributes attributes, Map<String, Optional<Boolean>> groups, boolean hasPassword) {
    public Role {
      groups = Map.copyOf(groups);
    }

    /** One without a password. */
    public Role(RoleAttributes attributes, Map<String, Optional<Boolean>> groups) {
      this(attributes, groups, false);
    }
  }

  /** Where a password's source and the server stand. */
  public sealed interface Password {
    /** The server has it. */
    record InForce() implements Password {}

    /**
     * The server has another one, or none.
     *
     * @param hash keyed, of what is to be set; empty before the first password of an instance
     */
    record Different(String hash) implements Password {}

    /**
     * None has been generated yet, or it is lost.
     *
     * @param begun one has, and the server may have it by now
     */
    record Ungenerated(boolean begun) implements Password {
      /** None at all. */
      public Ungenerated() {
        this(false);
      }
    }

    /** It cannot be read: what the server has is left alone. */
    record Unreadable(String reason, String message, String remedy) implements Password {}
  }
}
