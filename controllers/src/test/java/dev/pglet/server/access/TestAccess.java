package dev.pglet.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.SecuritySpec.Authentication;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestAccess {
  private static List<String> rules(Access access) {
    return access.text().lines().filter(line -> !line.startsWith("#")).toList();
  }

  @Test
  void pgletsOwnRuleComesFirstThenTheUsersThenTheDefault() {
    Access access =
        Access.of(
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
    assertThat(Access.of(SecuritySpec.DEFAULT.authentication())).isEqualTo(Access.DEFAULT);
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
    assertThat(rules(Access.of(new Authentication("trust", List.of("::1"), List.of(), true))))
        .containsExactly(
            "local all postgres peer map=pglet",
            "local all pglet_monitor peer map=pglet",
            "local all all scram-sha-256",
            "host all all ::1/128 trust");
  }

  @Test
  void aLineOfTheFileLeadsBackToItsField() {
    Access access =
        new Access("md5", List.of("::1/128"), List.of("host a a all md5", "host b b all md5"));
    List<String> lines = access.text().lines().toList();

    assertThat(access.field(lines.indexOf("host a a all md5") + 1)).isEqualTo(Access.HBA + "[0]");
    assertThat(access.field(lines.indexOf("host b b all md5") + 1)).isEqualTo(Access.HBA + "[1]");
    assertThat(access.field(lines.indexOf("local all all md5") + 1))
        .isEqualTo("spec.security.authentication");
    assertThat(access.field(1)).isEqualTo("spec.security.authentication");
  }
}
