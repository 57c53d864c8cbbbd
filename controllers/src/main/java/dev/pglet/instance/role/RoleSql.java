package dev.pglet.instance.role;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.instance.role.SecretFiles.Read;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.Passfiles;
import dev.pglet.server.RunningServer;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.nio.file.Path;
import java.util.List;

/** Does the steps of roles. Each is idempotent. */
public final class RoleSql {
  /** From here on a membership says itself whether it inherits, and by whom it was given. */
  private static final int MEMBERSHIP_OPTIONS = 160000;

  private final Connections connections;
  private final Passfiles passfiles;
  private final SecretFiles secrets;

  public RoleSql(Connections connections, Path secrets, ServerAccount account) {
    this.connections = connections;
    this.passfiles = new Passfiles(secrets);
    this.secrets = new SecretFiles(secrets, account);
  }

  /**
   * Does one step.
   *
   * @param owner the owner of the first database, whose password is in the passfile too
   */
  public void run(RoleStep step, Volume volume, ResourceKey key, String owner)
      throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, "postgres")) {
      switch (step) {
        case RoleStep.CreateRole create -> ensure(session, create.role(), create.attributes());
        case RoleStep.AlterRole alter -> ensure(session, alter.role(), alter.attributes());
        case RoleStep.ChangeMemberships change -> memberships(session, change);
        case RoleStep.SetPassword password -> password(session, password, key, owner);
      }
    }
  }

  private static void ensure(SuperuserSession session, String role, RoleAttributes attributes)
      throws ReconcileException {
    boolean exists =
        !session.column("SELECT 1 FROM pg_roles WHERE rolname = " + Sql.literal(role)).isEmpty();
    session.run(
        "%s ROLE %s %s"
            .formatted(exists ? "ALTER" : "CREATE", Sql.identifier(role), attributes.sql()));
  }

  private static void memberships(SuperuserSession session, RoleStep.ChangeMemberships change)
      throws ReconcileException {
    int version =
        Integer.parseInt(session.column("SELECT current_setting('server_version_num')").getFirst());
    boolean options = version >= MEMBERSHIP_OPTIONS;
    for (String group : change.join()) {
      String grant =
          "GRANT %s TO %s".formatted(Sql.identifier(group), Sql.identifier(change.role()));
      if (!options) {
        session.run(grant);
        continue;
      }
      grant += " WITH INHERIT %s, SET TRUE".formatted(change.inherit() ? "TRUE" : "FALSE");
      List<String> grantors = grantors(session, group, change.role());
      for (String grantor : grantors) {
        session.run(grant + " GRANTED BY " + Sql.identifier(grantor));
      }
      if (grantors.isEmpty()) {
        session.run(grant);
      }
    }
    for (String group : change.leave()) {
      String revoke =
          "REVOKE %s FROM %s".formatted(Sql.identifier(group), Sql.identifier(change.role()));
      if (!options) {
        session.run(revoke);
        continue;
      }
      for (String grantor : grantors(session, group, change.role())) {
        session.run(revoke + " GRANTED BY " + Sql.identifier(grantor));
      }
    }
  }

  private static List<String> grantors(SuperuserSession session, String group, String member)
      throws ReconcileException {
    return session.column(
        """
        SELECT pg_get_userbyid(m.grantor) FROM pg_auth_members m
          JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
         WHERE g.rolname = %s AND r.rolname = %s"""
            .formatted(Sql.literal(group), Sql.literal(member)));
  }

  private void password(
      SuperuserSession session, RoleStep.SetPassword step, ResourceKey key, String owner)
      throws ReconcileException {
    String role = step.role();
    String password =
        switch (step.source()) {
          case PasswordSource.Generated _ -> {
            String made = passfiles.passwords(key).get(role);
            yield made == null ? passfiles.propose(key, role) : made;
          }
          case PasswordSource.Given given -> read(role, given);
        };
    session.setPassword(role, password);
    if (step.source() instanceof PasswordSource.Generated) {
      passfiles.accept(key);
    } else if (role.equals(owner)) {
      passfiles.put(key, role, password);
    }
    List<String> verifier =
        session.column(
            "SELECT coalesce(rolpassword, '') FROM pg_authid WHERE rolname = " + Sql.literal(role));
    Path applied = passfiles.applied(key);
    passfiles.makeDirectory(key);
    AppliedPasswords.read(applied)
        .with(role, password, verifier.isEmpty() ? "" : verifier.getFirst())
        .write(applied);
  }

  private String read(String role, PasswordSource.Given given) throws StepFailed {
    return switch (secrets.read(given.reference())) {
      case Read.Found found -> found.secret();
      case Read.Problem problem ->
          throw new StepFailed(
              problem.reason(),
              "the password of role %s is left as it is: %s".formatted(role, problem.message()),
              problem.remedy());
    };
  }
}
