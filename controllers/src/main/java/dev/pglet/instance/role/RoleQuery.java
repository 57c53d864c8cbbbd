package dev.pglet.instance.role;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.instance.role.RoleFacts.Role;
import dev.pglet.server.Sql;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** All roles and memberships that matter, by one expression whatever their number. */
public final class RoleQuery {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RoleQuery() {}

  /**
   * An expression whose value is JSON. Since version 16 the rights of a member are the
   * membership's: one that neither inherits nor can set the role, as the server gives to whoever
   * creates a role, is none to us.
   */
  public static String expression(List<WantedRole> wanted) {
    TreeSet<String> names = new TreeSet<>();
    wanted.forEach(
        role -> {
          names.add(role.name());
          names.addAll(role.inRoles());
        });
    return """
        (SELECT coalesce(json_agg(json_build_object(
                  'name', r.rolname, 'login', r.rolcanlogin, 'superuser', r.rolsuper,
                  'createdb', r.rolcreatedb, 'createrole', r.rolcreaterole,
                  'replication', r.rolreplication, 'bypassrls', r.rolbypassrls,
                  'inherit', r.rolinherit, 'limit', r.rolconnlimit,
                  'until', CASE WHEN r.rolvaliduntil = '-infinity' THEN 0
                                WHEN isfinite(r.rolvaliduntil)
                                THEN (extract(epoch FROM r.rolvaliduntil) * 1000000)::bigint END,
                  'verifier', r.rolpassword,
                  'groups', (SELECT json_object_agg(g.name, g.inherit) FROM (
                    SELECT o.rolname AS name, bool_or((to_jsonb(m)->>'inherit_option')::boolean) AS inherit
                      FROM pg_auth_members m JOIN pg_authid o ON o.oid = m.roleid
                     WHERE m.member = r.oid
                       AND (coalesce((to_jsonb(m)->>'inherit_option')::boolean, true)
                            OR coalesce((to_jsonb(m)->>'set_option')::boolean, true))
                     GROUP BY o.rolname) AS g)
                )), '[]'::json)
           FROM pg_authid r WHERE r.rolname IN (%s))"""
        .formatted(names.stream().map(Sql::literal).collect(Collectors.joining(", ")));
  }

  /**
   * Reads the expression's value.
   *
   * @param verifiers is given the verifier of each role that has one
   */
  static Map<String, Role> parse(String json, BiConsumer<String, String> verifiers) {
    try {
      Map<String, Role> roles = new HashMap<>();
      for (JsonNode role : JSON.readTree(json)) {
        String name = role.path("name").asText();
        boolean hasPassword = role.path("verifier").isTextual();
        roles.put(name, new Role(attributes(role), groups(role.path("groups")), hasPassword));
        if (hasPassword) {
          verifiers.accept(name, role.path("verifier").asText());
        }
      }
      return roles;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("PostgreSQL's json_agg is always JSON", e);
    }
  }

  private static RoleAttributes attributes(JsonNode role) {
    return new RoleAttributes(
        role.path("login").asBoolean(),
        role.path("superuser").asBoolean(),
        role.path("createdb").asBoolean(),
        role.path("createrole").asBoolean(),
        role.path("replication").asBoolean(),
        role.path("bypassrls").asBoolean(),
        role.path("inherit").asBoolean(),
        role.path("limit").asInt(),
        role.path("until").isNumber()
            ? Instant.EPOCH.plus(role.path("until").asLong(), ChronoUnit.MICROS).toString()
            : "");
  }

  private static Map<String, Optional<Boolean>> groups(JsonNode groups) {
    Map<String, Optional<Boolean>> memberships = new HashMap<>();
    groups
        .properties()
        .forEach(
            group ->
                memberships.put(
                    group.getKey(),
                    group.getValue().isNull()
                        ? Optional.empty()
                        : Optional.of(group.getValue().asBoolean())));
    return memberships;
  }
}
