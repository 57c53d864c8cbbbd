package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.certificate.CertificateAuthority;
import dev.pglet.host.certificate.CertificateAuthority.ClientCertificate;
import dev.pglet.host.certificate.ShownCertificate;
import dev.pglet.reconcile.engine.Convergence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS of real servers, as clients meet it. */
final class TestTlsForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        deletionPolicy: Retain
      """;

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: pr-1
      spec:
        source: {instance: app}
      """;

  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  static List<String> majors() {
    return List.of(SYSTEM_MAJOR, PostgreSQLInstanceSpec.DEFAULT_VERSION);
  }

  private static String manifest(String... lines) {
    return appOf(SYSTEM_MAJOR, lines);
  }

  private static String appOf(String major, String... lines) {
    return APP.replace("MAJOR", major) + String.join("\n", lines) + "\n";
  }

  private JsonNode app() throws Exception {
    return pglet.instance("app");
  }

  private Path authority() {
    return pglet.settings().secrets().resolve("_ca/ca.crt");
  }

  /** As a client that believes only what the local authority has signed. */
  private Connection verifying(JsonNode resource, String host) throws Exception {
    String uri = resource.at("/status/connection/uri").asText();
    String line = Files.readString(Path.of(uri.replaceFirst(".*passfile=", ""))).strip();
    Properties properties = new Properties();
    properties.setProperty("user", "app");
    properties.setProperty("password", line.substring(line.lastIndexOf(':') + 1));
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", authority().toString());
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/app".formatted(host, resource.at("/status/port").asInt()),
        properties);
  }

  private static String psql(Map<String, String> environment, String uri, String sql)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("psql", "-X", "-A", "-t", "-c", sql, uri).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }

  private static X509Certificate shown(JsonNode resource) throws IOException {
    return ShownCertificate.at(
        new InetSocketAddress(
            InetAddress.ofLiteral("127.0.0.1"), resource.at("/status/port").asInt()));
  }

  private static Path config(JsonNode resource) {
    return Path.of(resource.at("/status/dataDirectory").asText()).resolveSibling("config");
  }

  private static List<Path> keys(JsonNode resource) throws IOException {
    try (Stream<Path> files = Files.list(config(resource))) {
      return files.filter(file -> file.toString().endsWith(".key")).toList();
    }
  }

  private String settleUntilStalled() throws Exception {
    Convergence convergence = pglet.settle();
    long deadline = System.nanoTime() + Pglet.SOON.toNanos();
    while (!convergence.toString().contains("STALLED") && System.nanoTime() < deadline) {
      convergence = pglet.settle();
    }
    assertThat(convergence.toString()).contains("STALLED");
    return convergence.toString();
  }

  private static String tls(Connection connection) throws Exception {
    return ask(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  }

  @ParameterizedTest
  @MethodSource("majors")
  void clientsCheckTheServerByTheExportedAuthority(String major) throws Exception {
    pglet.write("app.yaml", appOf(major));
    pglet.converge();

    for (String host : List.of("127.0.0.1", "localhost")) {
      try (Connection connection = verifying(app(), host)) {
        assertThat(tls(connection)).isEqualTo("t");
      }
    }
    String uri = app().at("/status/connection/uri").asText();
    String own = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assertThat(psql(Map.of(), uri, own)).as("pasted as it is").isEqualTo("t");
    assertThat(
            psql(
                Map.of("PGSSLMODE", "verify-full", "PGSSLROOTCERT", authority().toString()),
                uri,
                own))
        .isEqualTo("t");
    try (Connection daemons = Pglet.superuser(app(), "postgres")) {
      assertThat(tls(daemons)).as("the socket needs no TLS").isEqualTo("f");
    }
    JsonNode certificates = app().at("/status/certificates");
    assertThat(certificates.at("/server/source").asText()).isEqualTo("local CA");
    assertThat(certificates.at("/ca/subject").asText()).startsWith("CN=pglet CA ");
    assertThat(Instant.parse(certificates.at("/server/notAfter").asText()))
        .isBetween(
            Instant.now().plus(Duration.ofDays(89)), Instant.now().plus(Duration.ofDays(91)));

    // Another authority's word is not enough.
    Path other = pglet.base().resolve("other.crt");
    Files.writeString(
        other,
        new CertificateAuthority(pglet.base().resolve("other-ca"), InstantSource.system())
            .ensure(Duration.ofDays(1)));
    assertThat(
            psql(Map.of("PGSSLMODE", "verify-full", "PGSSLROOTCERT", other.toString()), uri, own))
        .contains("certificate verify failed");
  }

  @Test
  void aCertificateIsRenewedBeforeItsEndAndNoConnectionIsDropped() throws Exception {
    // Its certificate ends in six days.
    pglet.clock(Clock.offset(Clock.systemUTC(), Duration.ofDays(-84)));
    pglet.write("app.yaml", manifest());
    pglet.converge();
    X509Certificate first = shown(app());
    long pid = pid(app());
    try (Connection kept = verifying(app(), "127.0.0.1")) {
      String session = ask(kept, "SELECT pg_backend_pid()");

      pglet.clock(Clock.systemUTC());
      pglet.restart();
      pglet.converge();

      assertThat(pglet.steps().names())
          .contains("PlaceCertificate")
          .doesNotContain("RestartServer");
      X509Certificate second = shown(app());
      assertThat(second).isNotEqualTo(first);
      assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
      assertThat(ask(kept, "SELECT pg_backend_pid()")).isEqualTo(session);
      verifying(app(), "localhost").close();
      assertThat(pid(app())).isEqualTo(pid);
      assertThat(keys(app())).as("the old pair is gone").hasSize(1);

      pglet.steps().forget();
      pglet.restart();
      pglet.converge();
      assertThat(pglet.steps().names()).as("once is enough").isEmpty();
    }
  }

  @Test
  void filesThatWereDeletedByHandComeBack() throws Exception {
    pglet.write("app.yaml", manifest());
    pglet.converge();
    X509Certificate first = shown(app());
    Path key = keys(app()).getFirst();
    Files.delete(key);

    pglet.restart();
    pglet.converge();

    assertThat(shown(app())).isNotEqualTo(first);
    assertThat(keys(app())).hasSize(1).doesNotContain(key);
    verifying(app(), "localhost").close();
  }

  @Test
  void withoutTlsNothingElseChanges() throws Exception {
    pglet.write("app.yaml", manifest("  security: {ssl: {enabled: false}}"));
    pglet.converge();
    long pid = pid(app());
    try (Connection connection = connect(app())) {
      assertThat(tls(connection)).isEqualTo("f");
    }
    assertThat(app().at("/status/certificates").isMissingNode()).isTrue();
    assertThat(authority()).doesNotExist();

    // As a server of an earlier pglet is taken over.
    pglet.write("app.yaml", manifest());
    pglet.converge();
    verifying(app(), "localhost").close();
    assertThat(pid(app())).as("a reload is enough").isEqualTo(pid);
  }

  @Test
  void clientsLogInWithACertificate() throws Exception {
    pglet.write(
        "app.yaml",
        manifest("  security:", "    authentication: {hba: [hostssl app app 127.0.0.1/32 cert]}"));
    pglet.converge();
    CertificateAuthority authority =
        new CertificateAuthority(pglet.settings().secrets().resolve("_ca"), InstantSource.system());
    String uri = "postgresql://app@127.0.0.1:%d/app".formatted(app().at("/status/port").asInt());

    assertThat(login(authority.client("app", Duration.ofDays(1)), uri)).isEqualTo("app");
    assertThat(login(authority.client("intruder", Duration.ofDays(1)), uri))
        .contains("certificate authentication failed");
    CertificateAuthority other =
        new CertificateAuthority(pglet.base().resolve("other-ca"), InstantSource.system());
    assertThat(login(other.client("app", Duration.ofDays(1)), uri)).contains("unknown ca");
  }

  private String login(ClientCertificate client, String uri) throws Exception {
    Path certificate = pglet.base().resolve("client.crt");
    Path key = pglet.base().resolve("client.key");
    Files.writeString(certificate, client.certificate());
    Files.deleteIfExists(key);
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, client.key());
    return psql(
        Map.of(
            "PGSSLMODE", "verify-full",
            "PGSSLROOTCERT", authority().toString(),
            "PGSSLCERT", certificate.toString(),
            "PGSSLKEY", key.toString()),
        uri,
        "SELECT current_user");
  }

  @Test
  void ciphersThatTheServerCannotUseAreTakenBack() throws Exception {
    pglet.write("app.yaml", manifest());
    pglet.converge();
    X509Certificate first = shown(app());
    long pid = pid(app());

    pglet.write("app.yaml", manifest("  security: {ssl: {ciphers: NOSUCHCIPHER}}"));

    assertThat(settleUntilStalled())
        .contains("app.yaml:", "the server goes on with the certificate that it had");
    assertThat(shown(app())).isEqualTo(first);
    verifying(app(), "localhost").close();
    try (Connection superuser = Pglet.superuser(app(), "postgres")) {
      assertThat(ask(superuser, "SHOW ssl_ciphers")).isNotEqualTo("NOSUCHCIPHER");
    }
    // It starts with what it had.
    assertThat(new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor()).isZero();
    pglet.restart();
    TestInstanceForReal.eventually(() -> ask(connect(app()), "SELECT current_user"), Pglet.SOON);
    assertThat(shown(app())).isEqualTo(first);
  }

  @Test
  void ownFilesAreUsedCheckedAndFollowed() throws Exception {
    // Now the account is there that must be able to read them.
    pglet.engine();
    CertificateAuthority own =
        new CertificateAuthority(pglet.base().resolve("own-ca"), InstantSource.system());
    own("first", own.client("first", Duration.ofDays(30)));
    Path file =
        pglet.write(
            "app.yaml",
            manifest(
                "  security:",
                "    ssl: {certificatePath: BASE/first.crt, keyPath: BASE/first.key}"
                    .replace("BASE", pglet.base().toString())));
    pglet.converge();
    assertThat(shown(app()).getSubjectX500Principal().getName()).isEqualTo("CN=first");
    assertThat(app().at("/status/certificates/server/source").asText()).endsWith("/first.crt");
    long pid = pid(app());

    // Another content of the same file.
    own("first", own.client("renewed", Duration.ofDays(3)));
    pglet.restart();
    pglet.converge();
    assertThat(shown(app()).getSubjectX500Principal().getName()).isEqualTo("CN=renewed");
    assertThat(app().at("/status/conditions").toString()).contains("CertificateEnding");
    assertThat(pid(app())).isEqualTo(pid);

    // A wrong key: the server keeps what it has, also when it comes up again.
    own("other", own.client("other", Duration.ofDays(30)));
    pglet.write("app.yaml", Files.readString(file).replace("first.key", "other.key"));
    assertThat(settleUntilStalled())
        .contains("app.yaml:", "spec.security.ssl.keyPath", "other.key is not that of");
    assertThat(new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor()).isZero();
    pglet.restart();
    TestInstanceForReal.eventually(() -> ask(connect(app()), "SELECT current_user"), Pglet.SOON);
    assertThat(shown(app()).getSubjectX500Principal().getName()).isEqualTo("CN=renewed");
  }

  private void own(String name, ClientCertificate pair) throws Exception {
    Files.writeString(pglet.base().resolve(name + ".crt"), pair.certificate());
    Path key = pglet.base().resolve(name + ".key");
    Files.writeString(key, pair.key());
    if (System.getProperty("user.name").equals("root")) {
      // A daemon of root runs servers as another account, which must be able to read it.
      Files.setAttribute(key, "unix:gid", new HostAccounts().find("pglet").orElseThrow().gid());
    }
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
  }

  @Test
  void othersReachAServerOnlyByTls() throws Exception {
    Path file =
        pglet.write(
            "app.yaml",
            manifest(
                "  network: {bindAddress: 0.0.0.0}",
                "  security:",
                "    ssl: {enabled: false}",
                "    authentication: {allowedHosts: [127.0.0.0/8, 0.0.0.0/0]}"));
    assertThat(settleUntilStalled())
        .contains("app.yaml:", "spec.network.bindAddress: 0.0.0.0 is reached from other hosts");
    assertThat(app().at("/status/port").isMissingNode()).isTrue();

    pglet.write("app.yaml", Files.readString(file).replace("enabled: false", "enabled: true"));
    pglet.converge();
    assertThat(Files.readString(config(app()).resolve("pg_hba.conf")))
        .contains("\nhost all all 127.0.0.0/8 ", "\nhostssl all all 0.0.0.0/0 ");
    assertThat(app().at("/status/connection/uri").asText()).contains("@127.0.0.1:");
    verifying(app(), "localhost").close();

    long pid = pid(app());
    pglet.write("app.yaml", Files.readString(file).replace("0.0.0.0}", "192.0.2.77}"));
    assertThat(settleUntilStalled())
        .contains("spec.network.bindAddress: no interface of this host has the address 192.0.2.77");
    assertThat(pid(app())).isEqualTo(pid);
    verifying(app(), "localhost").close();
  }

  @Test
  void aBranchHasAKeyOfItsOwn() throws Exception {
    pglet.write("app.yaml", manifest());
    pglet.write("branch.yaml", BRANCH);
    pglet.converge();

    JsonNode branch = pglet.branch("pr-1");
    assertThat(Files.readString(keys(branch).getFirst()))
        .isNotEqualTo(Files.readString(keys(app()).getFirst()));
    assertThat(shown(branch)).isNotEqualTo(shown(app()));
    assertThat(branch.at("/status/certificates/server/source").asText()).isEqualTo("local CA");
    try (Stream<Path> data = Files.walk(Path.of(branch.at("/status/dataDirectory").asText()))) {
      assertThat(data.filter(file -> file.toString().endsWith(".key"))).isEmpty();
    }
  }

  @Test
  void noKeyIsInWhatPgletWritesForPeople() throws Exception {
    pglet.write("app.yaml", manifest());
    pglet.converge();
    run(connect(app()), "SELECT 1");
    String key = Files.readAllLines(keys(app()).getFirst()).get(1);
    String authoritys = Files.readAllLines(authority().resolveSibling("ca.key")).get(1);

    assertThat(key).hasSize(64);
    int looked = 0;
    try (Stream<Path> files =
        Stream.of(pglet.settings().state(), pglet.manifests(), config(app()).resolveSibling("log"))
            .flatMap(TestTlsForReal::walk)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).doesNotContain(key).doesNotContain(authoritys);
        looked++;
      }
    }
    assertThat(looked).isGreaterThan(3);
    assertThat(app().toString()).doesNotContain(key).doesNotContain("BEGIN");
    for (Path main :
        List.of(config(app()).resolve("postgresql.conf"), config(app()).resolve("pg_hba.conf"))) {
      assertThat(Files.readString(main)).doesNotContain(key);
    }
  }

  private static Stream<Path> walk(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
