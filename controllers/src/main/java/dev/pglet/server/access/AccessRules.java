package dev.pglet.server.access;

import dev.pglet.api.v1alpha1.SecuritySpec.Authentication;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.server.access.RuleTokens.Unreadable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What cannot be a rule of who may log in, whatever there is on the host. */
public final class AccessRules {
  private static final String FIELD = "spec.security.authentication";

  /** They prove nothing, or send the password as it is. */
  private static final Set<String> UNSAFE = Set.of("trust", "password", "ident");

  private AccessRules() {}

  /** All that is wrong, each with its field. */
  public static List<InvalidSpec> problems(Authentication wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    if (UNSAFE.contains(wanted.method()) && !wanted.unsafe()) {
      problems.add(unsafe(FIELD + ".method", wanted.method()));
    }
    for (int i = 0; i < wanted.allowedHosts().size(); i++) {
      String host = wanted.allowedHosts().get(i);
      if (NetworkAddress.network(NetworkAddress.asNetwork(host)).isEmpty()) {
        problems.add(
            new InvalidSpec(
                "InvalidAddress",
                FIELD + ".allowedHosts[" + i + "]",
                "\"%s\" is neither an address nor a network".formatted(host),
                "Write an address such as 192.168.1.7 or a network such as 10.0.0.0/8; names belong into hba"));
      }
    }
    for (int i = 0; i < wanted.hba().size(); i++) {
      line(Access.HBA + "[" + i + "]", wanted.hba().get(i), wanted.unsafe())
          .ifPresent(problems::add);
    }
    return problems;
  }

  private static Optional<InvalidSpec> line(String field, String line, boolean unsafe) {
    try {
      Rule rule = Rule.parse(line);
      if (UNSAFE.contains(rule.method()) && !unsafe) {
        return Optional.of(unsafe(field, rule.method()));
      }
      return Optional.empty();
    } catch (Unreadable e) {
      return Optional.of(
          new InvalidSpec(
              "InvalidRule",
              field,
              "the line " + e.getMessage(),
              "Write one line of pg_hba.conf, such as \"host sales all 10.0.0.0/8 scram-sha-256\""));
    }
  }

  /** A warning where clients are let in by md5. */
  public static Optional<KindCondition> weak(Authentication wanted) {
    List<String> fields = weakFields(wanted);
    return fields.isEmpty()
        ? Optional.empty()
        : Optional.of(
            KindCondition.yes(
                "WeakAuthentication",
                "Md5",
                "md5 in %s lets in roles whose verifier is md5, which is broken; pglet stores SCRAM verifiers alone, with which those clients prove themselves by SCRAM. Use scram-sha-256 when no role has an md5 verifier"
                    .formatted(String.join(", ", fields))));
  }

  private static List<String> weakFields(Authentication wanted) {
    List<String> fields = new ArrayList<>();
    if (wanted.method().equals("md5")) {
      fields.add(FIELD + ".method");
    }
    fields.addAll(lines(wanted, rule -> rule.method().equals("md5")));
    return fields;
  }

  /** Which lines match only clients that use TLS. */
  static List<String> encrypted(Authentication wanted) {
    return lines(wanted, rule -> rule.type().equals("hostssl"));
  }

  /** Whether a line asks clients for a certificate. */
  static boolean certificates(Authentication wanted) {
    return !lines(wanted, Rule::certificate).isEmpty();
  }

  private static List<String> lines(Authentication wanted, Predicate<Rule> which) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < wanted.hba().size(); i++) {
      try {
        if (which.test(Rule.parse(wanted.hba().get(i)))) {
          fields.add(Access.HBA + "[" + i + "]");
        }
      } catch (Unreadable e) {
        // Refused, and so never in force.
        fields.remove(Access.HBA + "[" + i + "]");
      }
    }
    return fields;
  }

  private static InvalidSpec unsafe(String field, String method) {
    return new InvalidSpec(
        "UnsafeAuthentication",
        field,
        switch (method) {
          case "trust" -> "trust lets everybody in who reaches the server, as any role";
          case "ident" -> "ident believes whatever the client's host says";
          default -> method + " sends the password as it is";
        },
        "Use scram-sha-256, or set spec.security.authentication.unsafe to true if it must be");
  }
}
