package dev.pglet.instance.role;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.instance.role.RoleFacts.Password;
import dev.pglet.instance.role.RoleFacts.Role;
import dev.pglet.instance.role.SecretFiles.Read;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.server.Passfiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what there is of the wanted roles, and of their secrets. */
public final class RoleObserver {
  private final Passfiles passfiles;
  private final SecretFiles secrets;

  public RoleObserver(Path secrets, ServerAccount account) {
    this.passfiles = new Passfiles(secrets);
    this.secrets = new SecretFiles(secrets, account);
  }

  /**
   * The facts.
   *
   * @param json the value of {@link RoleQuery#expression}
   * @param owner the owner of the first database, whose password is in the passfile too
   */
  public RoleFacts facts(ResourceKey key, List<WantedRole> wanted, String owner, String json)
      throws HostUnavailable {
    AppliedPasswords applied = AppliedPasswords.read(passfiles.applied(key));
    Map<String, String> verifierHashes = new HashMap<>();
    Map<String, Role> roles =
        RoleQuery.parse(json, (role, verifier) -> verifierHashes.put(role, applied.hash(verifier)));
    Map<String, String> generated = passfiles.passwords(key);
    Map<String, Password> passwords = new HashMap<>();
    for (WantedRole role : wanted) {
      if (role.password().isPresent()) {
        String verifier = verifierHashes.getOrDefault(role.name(), "none");
        passwords.put(
            role.name(),
            switch (role.password().get()) {
              case PasswordSource.Generated _ ->
                  generated(
                      role.name(),
                      generated,
                      applied,
                      verifier,
                      passfiles.proposes(key, role.name()));
              case PasswordSource.Given given -> {
                Password password = given(role.name(), given, applied, verifier);
                yield role.name().equals(owner)
                    ? inPassfile(owner, given, generated, applied, password)
                    : password;
              }
            });
      }
    }
    return new RoleFacts(roles, passwords);
  }

  private static Password generated(
      String role,
      Map<String, String> generated,
      AppliedPasswords applied,
      String verifier,
      boolean begun) {
    String password = generated.get(role);
    if (password == null) {
      return new Password.Ungenerated(begun);
    }
    return applied.inForce(role, password, verifier)
        ? new Password.InForce()
        : new Password.Different(applied.hash(password));
  }

  private Password given(
      String role, PasswordSource.Given given, AppliedPasswords applied, String verifier) {
    return switch (secrets.read(given.reference())) {
      case Read.Problem problem ->
          new Password.Unreadable(problem.reason(), problem.message(), problem.remedy());
      case Read.Found found ->
          applied.inForce(role, found.secret(), verifier)
              ? new Password.InForce()
              : new Password.Different(applied.hash(found.secret()));
    };
  }

  /** The URI of the status names the passfile, so the owner's password must be in there. */
  private Password inPassfile(
      String owner,
      PasswordSource.Given given,
      Map<String, String> generated,
      AppliedPasswords applied,
      Password password) {
    return password instanceof Password.InForce
            && secrets.read(given.reference()) instanceof Read.Found found
            && !found.secret().equals(generated.get(owner))
        ? new Password.Different(applied.hash(found.secret()))
        : password;
  }
}
