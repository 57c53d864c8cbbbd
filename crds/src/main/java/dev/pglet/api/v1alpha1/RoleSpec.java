package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A role of an instance: exactly as its entry says. What an entry leaves out is as {@code CREATE
 * ROLE} makes it; only a password is left alone that the entry does not speak of.
 *
 * @param login null: whether it has a password, or owns the first database
 * @param connectionLimit -1: none
 * @param validUntil RFC 3339, until when its password holds; null: for ever
 * @param generated whether pglet makes its password
 */
public record RoleSpec(
    @JsonPropertyDescription(
            "Name of the role. Change: another role is made, by SQL; the one before stays.")
        @Required
        @Pattern("^[A-Za-z_][A-Za-z0-9_$-]{0,62}$")
        String name,
    @JsonPropertyDescription(
            "Whether it can log in. Default: true for a role with password or generated, else false. Change: by SQL.")
        @Nullable Boolean login,
    @JsonPropertyDescription("Whether it may do everything. Default false. Change: by SQL.")
        Boolean superuser,
    @JsonPropertyDescription("Whether it may create databases. Default false. Change: by SQL.")
        Boolean createdb,
    @JsonPropertyDescription("Whether it may create roles. Default false. Change: by SQL.")
        Boolean createrole,
    @JsonPropertyDescription("Whether it may replicate. Default false. Change: by SQL.")
        Boolean replication,
    @JsonPropertyDescription(
            "Whether row-level security does not bind it. Default false. Change: by SQL.")
        Boolean bypassrls,
    @JsonPropertyDescription(
            "Whether it has the rights of the roles in inRoles without SET ROLE. Default true. Change: by SQL.")
        Boolean inherit,
    @JsonPropertyDescription(
            "Highest number of connections; -1: no limit. Default -1. Change: by SQL.")
        @Min(-1)
        @Max(262143)
        Integer connectionLimit,
    @JsonPropertyDescription(
            "Until when its password holds, such as 2027-01-31T00:00:00Z. Default: for ever. Change: by SQL.")
        @Pattern(
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$")
        @Nullable String validUntil,
    @JsonPropertyDescription(
            "Roles that it is a member of, and no others. Default: none. Change: by SQL.")
        List<String> inRoles,
    @JsonPropertyDescription(
            "Where its password is read from, again and again: what has changed there is set. Default: the password is left alone. Change: by SQL.")
        @Nullable SecretReference password,
    @JsonPropertyDescription(
            "Whether pglet makes its password and keeps it in the instance's passfile. Default false. Change: by SQL.")
        Boolean generated) {
  public RoleSpec {
    superuser = superuser != null && superuser;
    createdb = createdb != null && createdb;
    createrole = createrole != null && createrole;
    replication = replication != null && replication;
    bypassrls = bypassrls != null && bypassrls;
    inherit = inherit == null || inherit;
    connectionLimit = connectionLimit == null ? -1 : connectionLimit;
    inRoles = inRoles == null ? List.of() : List.copyOf(inRoles);
    generated = generated != null && generated;
  }
}
