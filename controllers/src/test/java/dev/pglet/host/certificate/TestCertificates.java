package dev.pglet.host.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestCertificates {
  private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");
  private static final ServerAccount ACCOUNT = new ServerAccount("root", 0, 0, false);

  @TempDir private Path directory;
  private Instant now = BEGIN;
  private CertificateAuthority authority;
  private Certificates certificates;

  @BeforeEach
  void make() {
    authority = new CertificateAuthority(directory.resolve("secrets/_ca"), () -> now);
    certificates = new Certificates(authority, () -> now, new LocalCommands());
  }

  private Certificates.Server server(String address, Optional<String> current) {
    return new Certificates.Server(
        "orders", address, directory.resolve("config"), current, ACCOUNT);
  }

  private Certificates.Server server(String current) {
    return server("127.0.0.1", Optional.of(current));
  }

  private String place() throws Exception {
    return certificates.putInPlace(Tls.DEFAULT, server("127.0.0.1", Optional.empty()));
  }

  private Optional<String> due(String current) throws IOException {
    return certificates.observe(Tls.DEFAULT, server(current)).due();
  }

  private Path file(String current, String ending) {
    return directory.resolve("config/server-" + current + ending);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aCertificateOfTheAuthorityHasEveryNameAndOnlyItsOwnersKey() throws Exception {
    assertThat(certificates.observe(Tls.DEFAULT, server("127.0.0.1", Optional.empty())).due())
        .contains("there is none yet");

    String current = place();

    CertificateSeen seen = certificates.observe(Tls.DEFAULT, server(current));
    assertThat(seen.due()).isEmpty();
    assertThat(seen.server().orElseThrow().notAfter()).isEqualTo(BEGIN.plus(Duration.ofDays(90)));
    assertThat(seen.server().orElseThrow().source()).isEqualTo("local CA");
    assertThat(seen.authority().orElseThrow().subject()).startsWith("CN=pglet CA ");
    X509Certificate certificate = certificates.certificate(server(current)).orElseThrow();
    certificate.verify(Pem.certificate(authority.certificate().orElseThrow()).getPublicKey());
    assertThat(certificate.getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .contains(
            "localhost",
            "127.0.0.1",
            "0:0:0:0:0:0:0:1",
            "orders",
            Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
    assertThat(mode(file(current, ".key"))).isEqualTo("rw-------");
    assertThat(mode(directory.resolve("secrets/_ca"))).isEqualTo("rwx------");
    assertThat(mode(directory.resolve("secrets/_ca/ca.key"))).isEqualTo("rw-------");
  }

  @Test
  void itIsRenewedBeforeItsEndAndNotAMomentEarlier() throws Exception {
    String current = place();

    now = BEGIN.plus(Duration.ofDays(83)).minusSeconds(60);
    assertThat(due(current)).isEmpty();
    now = BEGIN.plus(Duration.ofDays(83)).plusSeconds(60);
    assertThat(due(current).orElseThrow()).startsWith("it ends on 2026-05-30T10:00:00Z");

    String next = place();
    assertThat(next).isNotEqualTo(current);
    assertThat(due(next)).isEmpty();
    // Until the server runs with the new one, the old one is there to go back to.
    assertThat(file(current, ".key")).exists();
    certificates.tidy(server(next), Set.of(next));
    assertThat(file(current, ".key")).doesNotExist();
    assertThat(file(next, ".key")).exists();
  }

  @Test
  void aClockThatJumpsLeadsToOneCertificateEachTimeAndNoStorm() throws Exception {
    String current = place();

    now = BEGIN.minus(Duration.ofHours(1));
    assertThat(due(current)).isEmpty();

    now = BEGIN.plus(Duration.ofDays(365));
    assertThat(due(current)).isPresent();
    String ahead = place();
    assertThat(due(ahead)).isEmpty();

    now = BEGIN;
    assertThat(due(ahead)).contains("it is not valid yet by this host's clock");
    String back = place();
    assertThat(due(back)).isEmpty();
    assertThat(certificates.certificate(server(back)).orElseThrow().getNotBefore().toInstant())
        .isBefore(now);
  }

  @Test
  void theAuthorityOutlivesWhatItSignsUnderTheSameKey() throws Exception {
    place();
    X509Certificate first = Pem.certificate(authority.certificate().orElseThrow());

    now = first.getNotAfter().toInstant().minus(Duration.ofDays(30));
    String current = place();

    X509Certificate second = Pem.certificate(authority.certificate().orElseThrow());
    assertThat(second.getPublicKey()).isEqualTo(first.getPublicKey());
    assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
    X509Certificate certificate = certificates.certificate(server(current)).orElseThrow();
    assertThat(second.getNotAfter()).isAfterOrEqualTo(certificate.getNotAfter());
    certificate.verify(first.getPublicKey());
  }

  @Test
  void whatWasRemovedSpoiltOrOpenedComesBackAnew() throws Exception {
    String current = place();
    Files.delete(file(current, ".key"));
    assertThat(due(current)).contains("its files are gone or spoilt");

    String second = place();
    Files.writeString(file(second, ".crt"), "spoilt");
    assertThat(due(second)).contains("its files are gone or spoilt");

    String third = place();
    Files.setPosixFilePermissions(
        file(third, ".key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(due(third)).contains("its key was open to others, or changed hands");

    String fourth = place();
    Files.writeString(file(fourth, ".key"), Files.readString(file(second, ".key")));
    assertThat(due(fourth)).contains("its files, or what is asked of it, have changed");

    String fifth = place();
    Files.delete(directory.resolve("secrets/_ca/ca.crt"));
    Files.delete(directory.resolve("secrets/_ca/ca.key"));
    Files.delete(directory.resolve("secrets/_ca"));
    assertThat(due(fifth)).contains("the certificate authority is another one");
    assertThat(due(place())).isEmpty();
  }

  @Test
  void anotherAddressIsAnotherName() throws Exception {
    String current = place();

    assertThat(certificates.observe(Tls.DEFAULT, server("10.1.2.3", Optional.of(current))).due())
        .contains("it lacks 10.1.2.3");
  }

  @Test
  void twoProcessesThatNeedAnAuthorityHaveTheSame() throws Exception {
    CertificateAuthority other =
        new CertificateAuthority(directory.resolve("secrets/_ca"), () -> now);

    String own = authority.ensure(Duration.ofDays(1));

    assertThat(other.ensure(Duration.ofDays(1))).isEqualTo(own);
    try (var entries = Files.list(directory.resolve("secrets"))) {
      assertThat(entries.map(Path::getFileName).map(Path::toString).toList())
          .isEqualTo(List.of("_ca"));
    }
  }

  private Tls own(String certificate, String key) {
    return new Tls(
        true,
        Optional.of(new Tls.OwnFiles(directory.resolve(certificate), directory.resolve(key))),
        Duration.ofDays(90),
        Duration.ofDays(7),
        Optional.empty(),
        "TLSv1.2",
        false);
  }

  private void write(String name, CertificateAuthority.ClientCertificate pair) throws IOException {
    Files.writeString(directory.resolve(name + ".crt"), pair.certificate());
    Path key = directory.resolve(name + ".key");
    Files.writeString(key, pair.key());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
  }

  private InvalidSpec refused(Tls tls) throws Exception {
    InvalidSpec refused =
        catchThrowableOfType(
            InvalidSpec.class,
            () -> certificates.putInPlace(tls, server("127.0.0.1", Optional.empty())));
    assertThat(refused).isNotNull();
    // Said again without another try, until a file changes.
    CertificateSeen seen = certificates.observe(tls, server("127.0.0.1", Optional.empty()));
    assertThat(seen.due()).isEmpty();
    assertThat(seen.refused().orElseThrow().message()).isEqualTo(refused.getMessage());
    return refused;
  }

  @Test
  void ownFilesThatCannotBeUsedAreRefusedByName() throws Exception {
    write("a", authority.client("a", Duration.ofDays(30)));
    write("b", authority.client("b", Duration.ofDays(30)));

    assertThat(refused(own("a.crt", "b.key")))
        .hasMessageContaining("b.key is not that of the certificate")
        .hasMessageNotContaining("BEGIN")
        .extracting(InvalidSpec::reason)
        .isEqualTo("KeyMismatch");
    assertThat(refused(own("gone.crt", "a.key")))
        .hasMessageContaining("gone.crt: No such file or directory")
        .extracting(InvalidSpec::field)
        .isEqualTo("spec.security.ssl.certificatePath");
    assertThat(refused(own("a.crt", "gone.key")).field()).isEqualTo("spec.security.ssl.keyPath");
    assertThat(refused(own("a.key", "a.key")).reason()).isEqualTo("CertificateInvalid");
    assertThat(refused(own("a.crt", "a.crt")).reason()).isEqualTo("KeyReadableByOthers");

    Files.setPosixFilePermissions(
        directory.resolve("a.crt"), PosixFilePermissions.fromString("rw-------"));
    assertThat(refused(own("a.crt", "a.crt")).reason()).isEqualTo("KeyInvalid");

    Files.setPosixFilePermissions(
        directory.resolve("a.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(refused(own("a.crt", "a.key")))
        .hasMessageContaining("a.key is open to others (rw-r--r--)");
    Files.setPosixFilePermissions(
        directory.resolve("a.key"), PosixFilePermissions.fromString("rw-------"));

    now = BEGIN.plus(Duration.ofDays(31));
    assertThat(refused(own("a.crt", "a.key")))
        .hasMessageContaining("a.crt has expired on 2026-03-31T10:00:00Z");
    now = BEGIN.minus(Duration.ofDays(31));
    Files.setLastModifiedTime(directory.resolve("a.crt"), FileTime.from(Instant.EPOCH));
    assertThat(refused(own("a.crt", "a.key")).reason()).isEqualTo("CertificateNotYetValid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-365D", "P365D"})
  void ownFilesThatAWrongClockHasRefusedAreTakenOnceItIsRight(Duration wrong) throws Exception {
    write("a", authority.client("a", Duration.ofDays(30)));
    Tls tls = own("a.crt", "a.key");
    now = BEGIN.plus(wrong);
    refused(tls);

    now = BEGIN;

    Certificates.Server server = server("127.0.0.1", Optional.empty());
    assertThat(certificates.observe(tls, server).refused()).isEmpty();
    assertThat(certificates.observe(tls, server).due()).contains("there is none yet");
    String current = certificates.putInPlace(tls, server);
    assertThat(certificates.observe(tls, server(current)).due()).isEmpty();
  }

  @Test
  void ownFilesAreTakenOverAndAgainWhenTheyChange() throws Exception {
    write("a", authority.client("a", Duration.ofDays(30)));
    Tls tls = own("a.crt", "a.key");

    String current = certificates.putInPlace(tls, server("127.0.0.1", Optional.empty()));

    CertificateSeen seen = certificates.observe(tls, server(current));
    assertThat(seen.due()).isEmpty();
    assertThat(seen.ending()).isFalse();
    assertThat(seen.authority()).isEmpty();
    assertThat(seen.server().orElseThrow().source())
        .isEqualTo(directory.resolve("a.crt").toString());
    assertThat(file(current, ".key")).hasSameTextualContentAs(directory.resolve("a.key"));
    assertThat(mode(file(current, ".key"))).isEqualTo("rw-------");

    // Its end is the user's business, and a warning.
    now = BEGIN.plus(Duration.ofDays(24));
    assertThat(certificates.observe(tls, server(current)).due()).isEmpty();
    assertThat(certificates.observe(tls, server(current)).ending()).isTrue();

    write("a", authority.client("a", Duration.ofDays(60)));
    assertThat(certificates.observe(tls, server(current)).due())
        .contains("its files, or what is asked of it, have changed");
    String next = certificates.putInPlace(tls, server(current));
    assertThat(certificates.observe(tls, server(next)).due()).isEmpty();
    assertThat(certificates.observe(tls, server(next)).ending()).isFalse();
  }

  @Test
  void nothingThatHoldsAKeyPrintsIt() throws Exception {
    assertThat(authority.client("a", Duration.ofDays(1)).toString()).doesNotContain("BEGIN");
    assertThat(authority.server("a", Set.of(), Duration.ofDays(1)).toString())
        .doesNotContain("BEGIN");
  }
}
