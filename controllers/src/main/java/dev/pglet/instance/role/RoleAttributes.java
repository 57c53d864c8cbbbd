package dev.pglet.instance.role;

import dev.pglet.server.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What {@code CREATE ROLE} says of a role, without its password.
 *
 * @param connectionLimit -1: none
 * @param validUntil RFC 3339 in UTC; empty: for ever
 */
public record RoleAttributes(
    boolean login,
    boolean superuser,
    boolean createdb,
    boolean createrole,
    boolean replication,
    boolean bypassrls,
    boolean inherit,
    int connectionLimit,
    String validUntil) {
  /** As {@code CREATE ROLE} makes it, but that it can log in. */
  public static final RoleAttributes LOGIN =
      new RoleAttributes(true, false, false, false, false, false, true, -1, "");

  /** The same role as the owner of a database must be: it can log in, and is no superuser. */
  RoleAttributes ofOwner() {
    return new RoleAttributes(
        true,
        false,
        createdb,
        createrole,
        replication,
        bypassrls,
        inherit,
        connectionLimit,
        validUntil);
  }

  /** The options of {@code CREATE ROLE} and {@code ALTER ROLE}, all of them. */
  String sql() {
    return String.join(
        " ",
        option(login, "LOGIN"),
        option(superuser, "SUPERUSER"),
        option(createdb, "CREATEDB"),
        option(createrole, "CREATEROLE"),
        option(replication, "REPLICATION"),
        option(bypassrls, "BYPASSRLS"),
        option(inherit, "INHERIT"),
        "CONNECTION LIMIT " + connectionLimit,
        "VALID UNTIL " + Sql.literal(validUntil.isEmpty() ? "infinity" : validUntil));
  }

  /** The names of the fields that differ, as the spec calls them. */
  List<String> differences(RoleAttributes other) {
    List<String> names = new ArrayList<>();
    compare("login", login, other.login, names);
    compare("superuser", superuser, other.superuser, names);
    compare("createdb", createdb, other.createdb, names);
    compare("createrole", createrole, other.createrole, names);
    compare("replication", replication, other.replication, names);
    compare("bypassrls", bypassrls, other.bypassrls, names);
    compare("inherit", inherit, other.inherit, names);
    compare("connectionLimit", connectionLimit, other.connectionLimit, names);
    compare("validUntil", validUntil, other.validUntil, names);
    return names;
  }

  private static void compare(String name, Object one, Object other, List<String> names) {
    if (!Objects.equals(one, other)) {
      names.add(name);
    }
  }

  private static String option(boolean has, String name) {
    return has ? name : "NO" + name;
  }
}
