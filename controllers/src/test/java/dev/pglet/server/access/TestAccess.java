package dev.pglet.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.AuditSpec;
import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.SecuritySpec.Authentication;
import dev.pglet.api.v1alpha1.SecuritySpec.Ssl;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestAccess {
  private static final Ssl OFF = new Ssl(false, null, null, null, "TLSv1.2", "90d", "7d");
  private static final AuditSpec AUDIT = SecuritySpec.DEFAULT.audit();
  private static final Ssl ON = SecuritySpec.DEFAULT.ssl();

  private static Access of(Authentication authentication) {
    return Access.of(new SecuritySpec(OFF, false, authentication, AUDIT));
  }

  private static List<String> rules(Access access) {
    return access.text().lines().filter(line -> !line.startsWith("#")).toList();
  }

  @Test
  void pgletsOwnRuleComesFirstThenTheUsersThenTheDefault() {
    Access access =
        of(
            new Authentication(
                "md5",
                List.of("10.1.0.0/16", "192.168.1.7", "fd00::1"),
                List.of("local all postgres reject", "host a b 10.0.0.0/8 reject"),
                false));

    assertThat(rules(access))
        .containsExactly(
            "local all postgres peer map=pglet",
            "local all pglet_monitor peer map=pglet",
            "local all postgres reject",
            "host a b 10.0.0.0/8 reject",
            "local all all md5",
            "host all all 10.1.0.0/16 md5",
            "host all all 192.168.1.7/32 md5",
            "host all all fd00::1/128 md5");
  }

  @Test
  void aSpecThatSaysNothingLetsThisHostInByScram() {
    assertThat(rules(Access.of(SecuritySpec.DEFAULT))).isEqualTo(rules(Access.DEFAULT));
    assertThat(rules(Access.DEFAULT))
        .containsExactly(
            "local all postgres peer map=pglet",
            "local all pglet_monitor peer map=pglet",
            "local all all scram-sha-256",
            "host all all 127.0.0.0/8 scram-sha-256",
            "host all all ::1/128 scram-sha-256");
  }

  @Test
  void whoComesOverTheSocketIsNeverTrusted() {
    assertThat(rules(of(new Authentication("trust", List.of("::1"), List.of(), true))))
        .containsExactly(
            "local all postgres peer map=pglet",
            "local all pglet_monitor peer map=pglet",
            "local all all scram-sha-256",
            "host all all ::1/128 trust");
  }

  @Test
  void aLineOfTheFileLeadsBackToItsField() {
    Access access =
        new Access(
            "md5", List.of("::1/128"), false, List.of("host a a all md5", "host b b all md5"));
    List<String> lines = access.text().lines().toList();

    assertThat(access.field(lines.indexOf("host a a all md5") + 1)).isEqualTo(Access.HBA + "[0]");
    assertThat(access.field(lines.indexOf("host b b all md5") + 1)).isEqualTo(Access.HBA + "[1]");
    assertThat(access.field(lines.indexOf("local all all md5") + 1))
        .isEqualTo("spec.security.authentication");
    assertThat(access.field(1)).isEqualTo("spec.security.authentication");
  }

  @Test
  void clientsOfOtherHostsUseTlsWhereThereIsOne() {
    Authentication wanted =
        new Authentication(
            "scram-sha-256", List.of("127.0.0.0/8", "10.0.0.0/8", "0.0.0.0/0"), List.of(), false);

    assertThat(rules(Access.of(new SecuritySpec(ON, false, wanted, AUDIT))))
        .endsWith(
            "host all all 127.0.0.0/8 scram-sha-256",
            "hostssl all all 10.0.0.0/8 scram-sha-256",
            "hostssl all all 0.0.0.0/0 scram-sha-256");
    assertThat(rules(Access.of(new SecuritySpec(ON, true, wanted, AUDIT))))
        .endsWith("host all all 0.0.0.0/0 scram-sha-256");
  }
}
