package dev.pglet.host.certificate;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.certificate.CertificateFiles.InPlace;
import dev.pglet.host.certificate.CertificateSeen.Refusal;
import dev.pglet.host.certificate.CertificateSeen.Shown;
import dev.pglet.host.certificate.OwnCertificate.NotUsable;
import dev.pglet.host.certificate.OwnCertificate.Validity;
import dev.pglet.host.certificate.Tls.OwnFiles;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.Ownership;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The certificates of servers: which there are, and which must be put in place. Thread-safe. */
public final class Certificates {
  /**
   * Which of the user's own files were refused, why, and when they could be used if it was only
   * that it was the wrong time.
   */
  private static final String REFUSED = "certificate-refused";

  private static final String LOCAL = "local CA";

  private final CertificateAuthority authority;
  private final InstantSource clock;
  private final CommandRunner commands;

  public Certificates(CertificateAuthority authority, InstantSource clock, CommandRunner commands) {
    this.authority = requireNonNull(authority, "authority is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.commands = requireNonNull(commands, "commands is null");
  }

  /**
   * Whose certificate it is.
   *
   * @param name of the resource
   * @param bindAddress where its server listens
   * @param directory of its configuration
   * @param current the fingerprint of the pair that was put in place last
   */
  public record Server(
      String name,
      String bindAddress,
      Path directory,
      Optional<String> current,
      ServerAccount account) {}

  /** What there is. Reads only, and of the user's own files not even that. */
  public CertificateSeen observe(Tls tls, Server server) throws IOException {
    if (!tls.enabled()) {
      return CertificateSeen.NONE;
    }
    Optional<String> trusted = authority.certificate();
    Optional<InPlace> there = Optional.empty();
    if (server.current().isPresent()) {
      there = files(server).read(server.current().get());
    }
    Optional<X509Certificate> certificate = there.flatMap(found -> parsed(found.pair()));
    String source = tls.own().map(own -> own.certificate().toString()).orElse(LOCAL);
    Optional<Refusal> refused =
        tls.own().isPresent() ? refused(tls.own().get(), server) : Optional.empty();
    Optional<String> due =
        refused.isPresent()
            ? Optional.empty()
            : due(tls, server, there, certificate, trusted.orElse(""));
    Optional<Instant> renewal =
        certificate.map(found -> found.getNotAfter().toInstant().minus(tls.renewBefore()));
    return new CertificateSeen(
        due,
        refused,
        certificate.map(found -> shown(found, source)),
        tls.own().isPresent() && !tls.clients()
            ? Optional.empty()
            : trusted.flatMap(Certificates::parsed).map(found -> shown(found, LOCAL)),
        tls.own().isPresent() && renewal.map(clock.instant()::isAfter).orElse(false));
  }

  private Optional<String> due(
      Tls tls,
      Server server,
      Optional<InPlace> there,
      Optional<X509Certificate> certificate,
      String trusted)
      throws IOException {
    if (server.current().isEmpty()) {
      return Optional.of("there is none yet");
    }
    if (there.isEmpty() || certificate.isEmpty()) {
      return Optional.of("its files are gone or spoilt");
    }
    if (!there.get().closed()) {
      return Optional.of("its key was open to others, or changed hands");
    }
    if (!there.get().authority().equals(trusted)) {
      return Optional.of("the certificate authority is another one");
    }
    String fingerprint = CertificateFiles.fingerprint(there.get().pair(), trusted, purpose(tls));
    if (!server.current().get().equals(fingerprint)) {
      return Optional.of("its files, or what is asked of it, have changed");
    }
    if (tls.own().isPresent()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    if (now.isBefore(certificate.get().getNotBefore().toInstant())) {
      return Optional.of("it is not valid yet by this host's clock");
    }
    Instant end = certificate.get().getNotAfter().toInstant();
    if (now.isAfter(end.minus(tls.renewBefore()))) {
      return Optional.of("it ends on " + end);
    }
    Set<String> missing = new TreeSet<>(ServerNames.of(server.name(), server.bindAddress()));
    missing.removeAll(names(certificate.get()));
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("it lacks " + String.join(", ", missing));
  }

  /**
   * Puts a pair in place, under a new name: a server that uses another one goes on with that.
   *
   * @return its fingerprint
   * @throws InvalidSpec when the user's own files cannot be used, which is also remembered
   */
  public String putInPlace(Tls tls, Server server)
      throws IOException, InvalidSpec, HostUnavailable {
    String trusted = authority.ensure(tls.duration());
    Pair pair;
    if (tls.own().isPresent()) {
      pair = own(tls.own().get(), server);
      trusted = authority.certificate().orElse(trusted);
    } else {
      pair =
          authority.server(
              server.name(), ServerNames.of(server.name(), server.bindAddress()), tls.duration());
    }
    String fingerprint = CertificateFiles.fingerprint(pair, trusted, purpose(tls));
    Ownership.ours(server.directory(), server.account(), "rwxr-x---");
    files(server).write(fingerprint, pair, trusted);
    return fingerprint;
  }

  /** Removes what no configuration of the server names any more. */
  public void tidy(Server server, Set<String> inUse) throws IOException {
    files(server).keep(inUse);
  }

  /** What its certificate is, for comparing it with the one that a server shows. */
  public Optional<X509Certificate> certificate(Server server) throws IOException {
    return server.current().isEmpty()
        ? Optional.empty()
        : files(server).read(server.current().get()).flatMap(found -> parsed(found.pair()));
  }

  private Pair own(OwnFiles own, Server server) throws IOException, InvalidSpec, HostUnavailable {
    String signature = OwnCertificate.signature(own);
    Path note = server.directory().resolve(REFUSED);
    try {
      Pair pair = new OwnCertificate(commands, server.account()).read(own, clock.instant());
      DurableFile.delete(note);
      return pair;
    } catch (NotUsable e) {
      Refusal refusal = e.refusal();
      Ownership.ours(server.directory(), server.account(), "rwxr-x---");
      DurableFile.write(
          note,
          String.join(
              "\n",
              signature,
              refusal.reason(),
              refusal.field(),
              refusal.message().replace('\n', ' '),
              refusal.remedy(),
              e.outside().map(Validity::toString).orElse(""),
              ""),
          server.account());
      throw new InvalidSpec(
          refusal.reason(), refusal.field(), refusal.message(), refusal.remedy(), e);
    }
  }

  private Optional<Refusal> refused(OwnFiles own, Server server) throws IOException {
    try {
      List<String> lines = Files.readAllLines(server.directory().resolve(REFUSED));
      return lines.size() == 6
              && lines.getFirst().equals(OwnCertificate.signature(own))
              && !(lines.get(5).contains("/") && Validity.parse(lines.get(5)).at(clock.instant()))
          ? Optional.of(new Refusal(lines.get(1), lines.get(2), lines.get(3), lines.get(4)))
          : Optional.empty();
    } catch (NoSuchFileException | DateTimeException e) {
      return Optional.empty(); // or it is no note of pglet's: the files are judged anew
    }
  }

  /**
   * All that a pair is put in place for: with another of these it gets another name, and a server
   * that shows it has loaded all of it.
   */
  private static String purpose(Tls tls) {
    return String.join(
        "\n",
        tls.ciphers().orElse(""),
        tls.minVersion(),
        Boolean.toString(tls.clients()),
        tls.own().map(OwnCertificate::signature).orElse(""));
  }

  private static CertificateFiles files(Server server) {
    return new CertificateFiles(server.directory(), server.account());
  }

  private static Shown shown(X509Certificate certificate, String source) {
    return new Shown(
        certificate.getSubjectX500Principal().getName(),
        certificate.getNotAfter().toInstant(),
        source);
  }

  private static Optional<X509Certificate> parsed(Pair pair) {
    return parsed(pair.certificate());
  }

  private static Optional<X509Certificate> parsed(String text) {
    try {
      return Optional.of(Pem.certificate(text));
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  private static Set<String> names(X509Certificate certificate) {
    Set<String> names = new TreeSet<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        all.forEach(name -> names.add(String.valueOf(name.get(1))));
      }
    } catch (CertificateParsingException e) {
      // It lacks all of them then.
      return Set.of();
    }
    return names;
  }
}
