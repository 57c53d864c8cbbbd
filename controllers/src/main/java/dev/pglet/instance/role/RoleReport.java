package dev.pglet.instance.role;

import dev.pglet.api.v1alpha1.SqlObjectStatus;
import dev.pglet.instance.role.RoleFacts.Password;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a status says of the roles. Pure. */
public final class RoleReport {
  private static final String SECRETS_READY = "SecretsReady";

  private RoleReport() {}

  /** One line for each role. */
  public static List<SqlObjectStatus> status(List<WantedRole> wanted, RoleFacts facts) {
    List<RoleStep> left = RolePlanner.plan(wanted, facts);
    List<InvalidSpec> missing = RolePlanner.missing(wanted, facts);
    return wanted.stream().map(role -> status(role, facts, left, missing)).toList();
  }

  /** Whether every secret can be read; empty when the spec names none. */
  public static Optional<KindCondition> secrets(List<WantedRole> wanted, RoleFacts facts) {
    boolean given =
        wanted.stream()
            .anyMatch(
                role -> role.password().filter(PasswordSource.Given.class::isInstance).isPresent());
    if (!given) {
      return Optional.empty();
    }
    List<WantedRole> unreadable =
        wanted.stream()
            .filter(role -> facts.passwords().get(role.name()) instanceof Password.Unreadable)
            .toList();
    if (unreadable.isEmpty()) {
      return Optional.of(KindCondition.yes(SECRETS_READY, "SecretsRead", ""));
    }
    Password.Unreadable first =
        (Password.Unreadable) facts.passwords().get(unreadable.getFirst().name());
    return Optional.of(
        KindCondition.no(
            SECRETS_READY,
            first == null ? "SecretUnreadable" : first.reason(),
            unreadable.stream()
                .map(role -> role.field() + ".password: " + unreadable(role, facts).orElse(""))
                .collect(Collectors.joining("; "))));
  }

  private static SqlObjectStatus status(
      WantedRole role, RoleFacts facts, List<RoleStep> left, List<InvalidSpec> missing) {
    Optional<String> unreadable = unreadable(role, facts);
    List<RoleStep> own = left.stream().filter(step -> step.role().equals(role.name())).toList();
    String message =
        unreadable
            .or(
                () ->
                    missing.stream()
                        .filter(problem -> problem.field().startsWith(role.field() + ".inRoles["))
                        .map(InvalidSpec::getMessage)
                        .findFirst())
            .orElseGet(
                () -> own.stream().map(RoleStep::describe).collect(Collectors.joining("; ")));
    return new SqlObjectStatus(
        role.name(), message.isEmpty(), null, message.isEmpty() ? null : message);
  }

  private static Optional<String> unreadable(WantedRole role, RoleFacts facts) {
    return facts.passwords().get(role.name()) instanceof Password.Unreadable problem
        ? Optional.of(problem.message() + ", so the password is left as it is. " + problem.remedy())
        : Optional.empty();
  }
}
