package dev.pglet.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pglet.api.v1alpha1.SecuritySpec.Authentication;
import dev.pglet.reconcile.InvalidSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestAccessRules {
  private static final String SCRAM = "scram-sha-256";

  private static List<InvalidSpec> problemsOf(String line) {
    return AccessRules.problems(new Authentication(SCRAM, List.of(), List.of(line), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host sales all 10.0.0.0/8 scram-sha-256",
        "host all +readers, \"Some Body\" 10.0.0.0 255.0.0.0 md5",
        "hostssl all all ::/0 cert map=people",
        "hostssl all all all scram-sha-256 clientcert=verify-full",
        "hostnossl all all all reject",
        "local sales all peer",
        "host \"a,b\",c all samenet scram-sha-256",
        "host all /^db\\d+$ .example.com scram-sha-256",
        "host replication replicator fe80::/10 scram-sha-256",
        "host all \"@role\" 10.0.0.0/8 scram-sha-256",
        "host all all 0.0.0.0/0 ldap ldapserver=ldap.example.net \"ldapprefix=cn=\""
      })
  void aLineOfPostgresqlIsAccepted(String line) {
    assertThat(problemsOf(line)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "host all all 10.0.0.0/8 scram-sha-256\\nhost all all all reject | a line break",
        "host all all 10.0.0.0/8 scram-sha-256\\rlocal all all peer | a line break",
        "host all all 10.0.0.0/8 scram-sha-256 \\\\ | a backslash, which would join the next line",
        "host @databases all 10.0.0.0/8 scram-sha-256 | read the file databases",
        "host all sales,@roles 10.0.0.0/8 scram-sha-256 | read the file roles",
        "include /etc/passwd | read another file",
        "include_dir /etc | read another file",
        "include_if_exists /etc/passwd | read another file",
        "\"include\" /etc/passwd | read another file",
        "host all \"all 10.0.0.0/8 scram-sha-256 | a quote that is not closed",
        "host all all 10.0.0.0/8 scram-sha-256 # mine | a comment",
        "# host all all 10.0.0.0/8 scram-sha-256 | a comment",
        "``| not with host",
        "hosts all all 10.0.0.0/8 scram-sha-256 | \"hosts\", and not with host",
        "host all all | ends before an address",
        "host all all 10.0.0.0/8 | ends before a method",
        "local all all | ends before a method",
        "host all all 10.0.0.0/33 scram-sha-256 | \"10.0.0.0/33\" where an address",
        "host all all 10.0.0.300 scram-sha-256 | \"10.0.0.300\" where an address",
        "host all all 10.0.0.7 scram-sha-256 | write 10.0.0.7/32",
        "host all all 10.0.0.0/8,11.0.0.0/8 scram-sha-256 | a list where an address belongs",
        "host all all 10.0.0.0/8 scram | the method \"scram\"",
        "host all all 10.0.0.0/8 peer | peer, which is for local alone",
        "host all all 10.0.0.0/8 cert | a client's certificate, which only hostssl can",
        "host all all 10.0.0.0/8 scram-sha-256 clientcert=verify-ca | only hostssl can",
        "host all all 10.0.0.0/8 md5 nonsense | no name=value"
      })
  void aLineThatIsNoneIsRefusedWithItsPlaceBeforeAnyServerSeesIt(String line, String message) {
    String written = line.replace("\\n", "\n").replace("\\r", "\r").replace("\\\\", "\\");

    List<InvalidSpec> problems = problemsOf(written);

    assertThat(problems)
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(tuple("InvalidRule", "spec.security.authentication.hba[0]"));
    assertThat(problems.getFirst()).hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host all all 10.0.0.0/8 trust",
        "local all all trust",
        "hostssl all all all password",
        "host all all all ident",
        "host all all all \"trust\""
      })
  void whatProvesNothingIsRefusedUnlessItMustBe(String line) {
    assertThat(problemsOf(line))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(tuple("UnsafeAuthentication", "spec.security.authentication.hba[0]"));
    assertThat(AccessRules.problems(new Authentication(SCRAM, List.of(), List.of(line), true)))
        .isEmpty();
  }

  @Test
  void trustIsRefusedAsTheMethodOfAllHosts() {
    assertThat(AccessRules.problems(new Authentication("trust", List.of(), List.of(), false)))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(tuple("UnsafeAuthentication", "spec.security.authentication.method"));
    assertThat(AccessRules.problems(new Authentication("trust", List.of(), List.of(), true)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "10.0.0",
        "010.0.0.1",
        "10.0.0.0/8 trust",
        "10.0.0.0/8\nhost all all all trust",
        "all",
        "example.com",
        "::1/129",
        "::1%lo",
        "1::2::3",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "@hosts",
        ""
      })
  void anAllowedHostIsAnAddressAndNothingElse(String host) {
    assertThat(
            AccessRules.problems(new Authentication(SCRAM, List.of("::1", host), List.of(), false)))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(tuple("InvalidAddress", "spec.security.authentication.allowedHosts[1]"));
  }

  @Test
  void md5IsSaidToBeWeakWithItsFields() {
    assertThat(AccessRules.weak(new Authentication(SCRAM, List.of(), List.of(), false))).isEmpty();
    assertThat(
            AccessRules.weak(
                new Authentication(
                    "md5",
                    List.of(),
                    List.of("host a all all reject", "host b all all md5"),
                    false)))
        .hasValueSatisfying(
            condition ->
                assertThat(condition.message())
                    .startsWith(
                        "md5 in spec.security.authentication.method,"
                            + " spec.security.authentication.hba[1] lets in"));
  }
}
