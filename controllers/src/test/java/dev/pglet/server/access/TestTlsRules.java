package dev.pglet.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.SecuritySpec.Authentication;
import dev.pglet.api.v1alpha1.SecuritySpec.Ssl;
import dev.pglet.host.certificate.Tls;
import dev.pglet.reconcile.InvalidSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TestTlsRules {
  private static SecuritySpec spec(
      boolean enabled,
      @Nullable String certificate,
      @Nullable String key,
      String duration,
      String renewBefore,
      String... hba) {
    return new SecuritySpec(
        new Ssl(enabled, certificate, key, null, "TLSv1.2", duration, renewBefore),
        false,
        new Authentication("scram-sha-256", List.of(), List.of(hba), false),
        SecuritySpec.DEFAULT.audit());
  }

  @Test
  void allThatIsWrongIsSaidWithItsField() {
    assertThat(
            TlsRules.problems(
                spec(false, "/etc/../a.crt", null, "900d", "21600h", "hostssl a a all md5")))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(
            tuple("KeyMissing", "spec.security.ssl.certificatePath"),
            tuple("InvalidPath", "spec.security.ssl.certificatePath"),
            tuple("DurationTooLong", "spec.security.ssl.duration"),
            tuple("RenewedTooEarly", "spec.security.ssl.renewBefore"),
            tuple("TlsNeeded", "spec.security.authentication.hba[0]"));
    assertThat(TlsRules.problems(spec(true, null, "/a.key", "90d", "7d")))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(tuple("CertificateMissing", "spec.security.ssl.keyPath"));
  }

  @Test
  void aSpecThatSaysNothingUsesTlsWithACertificateOfTheLocalAuthority() {
    assertThat(TlsRules.problems(SecuritySpec.DEFAULT)).isEmpty();
    assertThat(TlsRules.of(SecuritySpec.DEFAULT)).isEqualTo(Tls.DEFAULT);
  }

  @Test
  void clientsAreAskedForCertificatesOnlyWhereALineSaysSo() {
    Tls without = TlsRules.of(spec(true, null, null, "90d", "7d", "hostssl a a all md5"));
    Tls with = TlsRules.of(spec(true, null, null, "12h", "1h", "hostssl a a all cert"));

    assertThat(without.settings(Optional.of("f"), "../config")).containsEntry("ssl_ca_file", "");
    assertThat(with.settings(Optional.of("f"), "../config"))
        .containsEntry("ssl_ca_file", "../config/server-f.ca")
        .containsEntry("ssl_key_file", "../config/server-f.key");
    assertThat(with.settings(Optional.empty(), "../config")).isEmpty();
    assertThat(
            TlsRules.of(spec(false, null, null, "90d", "7d"))
                .settings(Optional.of("f"), "../config"))
        .isEqualTo(Map.of("ssl", "off"));
  }
}
