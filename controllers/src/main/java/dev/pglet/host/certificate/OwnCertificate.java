package dev.pglet.host.certificate;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.certificate.CertificateSeen.Refusal;
import dev.pglet.host.certificate.Tls.OwnFiles;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A pair that a manifest names, as the server account may read it, checked before it is used. */
final class OwnCertificate {
  private static final String CERTIFICATE = "spec.security.ssl.certificatePath";
  private static final String KEY = "spec.security.ssl.keyPath";
  private static final Duration READING = Duration.ofSeconds(10);
  private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

  private final CommandRunner commands;
  private final ServerAccount account;

  OwnCertificate(CommandRunner commands, ServerAccount account) {
    this.commands = commands;
    this.account = account;
  }

  /** When a certificate may be used, its ends included. As text {@code BEGIN/END}. */
  record Validity(Instant begin, Instant end) {
    static Validity parse(String text) {
      int slash = text.indexOf('/');
      return new Validity(
          Instant.parse(text.substring(0, slash)), Instant.parse(text.substring(slash + 1)));
    }

    boolean at(Instant time) {
      return !time.isBefore(begin) && !time.isAfter(end);
    }

    @Override
    public String toString() {
      return begin + "/" + end;
    }
  }

  /** Why the files are not used. */
  static final class NotUsable extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;
    private final transient Optional<Validity> outside;

    NotUsable(String reason, String field, String message, String remedy) {
      this(new Refusal(reason, field, message, remedy), Optional.empty());
    }

    NotUsable(Refusal refusal, Optional<Validity> outside) {
      super(refusal.message());
      this.refusal = refusal;
      this.outside = outside;
    }

    Refusal refusal() {
      return refusal;
    }

    /** Set when it was only that it is the wrong time: the clock may have been wrong. */
    Optional<Validity> outside() {
      return outside;
    }
  }

  /**
   * Which files they are now, without reading them: another text when one of them, or a directory
   * that leads to it, has been changed.
   */
  static String signature(OwnFiles files) {
    return signature(files.certificate()) + " " + signature(files.key());
  }

  private static String signature(Path file) {
    StringBuilder text = new StringBuilder(file.toString());
    for (Path path = file; path != null; path = path.getParent()) {
      try {
        // Of a directory only who may pass it: names come and go there.
        text.append(' ')
            .append(
                path.equals(file)
                    ? Files.readAttributes(path, "unix:ino,size,ctime").toString()
                    : Files.readAttributes(path, "unix:mode,uid,gid").toString());
      } catch (IOException e) {
        text.append(" -");
      }
    }
    return text.toString();
  }

  /** Reads and checks both. */
  Pair read(OwnFiles files, Instant now) throws NotUsable, HostUnavailable {
    String certificateText = text(files.certificate(), CERTIFICATE);
    refuseOpenKey(files.key());
    String keyText = text(files.key(), KEY);
    X509Certificate certificate;
    try {
      certificate = Pem.certificate(certificateText);
    } catch (CertificateException e) {
      throw new NotUsable(
          "CertificateInvalid",
          CERTIFICATE,
          "%s is no certificate: %s".formatted(files.certificate(), e.getMessage()),
          "Name a file in PEM format, with the server's own certificate first");
    }
    PrivateKey key;
    try {
      key = Pem.key(keyText);
    } catch (IOException e) {
      throw new NotUsable(
          "KeyInvalid",
          KEY,
          "%s is no private key that a server can use".formatted(files.key()),
          "Name a file in PEM format with a private key that has no passphrase");
    }
    refuseDates(files, certificate, now);
    if (!matches(certificate.getPublicKey(), key)) {
      throw new NotUsable(
          "KeyMismatch",
          KEY,
          "the key %s is not that of the certificate %s"
              .formatted(files.key(), files.certificate()),
          "Name the key that the certificate was made for; both files must be in place at once");
    }
    return new Pair(certificateText, keyText);
  }

  private static void refuseDates(OwnFiles files, X509Certificate certificate, Instant now)
      throws NotUsable {
    Instant end = certificate.getNotAfter().toInstant();
    Instant begin = certificate.getNotBefore().toInstant();
    Validity validity = new Validity(begin, end);
    if (!validity.at(now)) {
      throw new NotUsable(
          new Refusal(
              now.isAfter(end) ? "CertificateExpired" : "CertificateNotYetValid",
              CERTIFICATE,
              now.isAfter(end)
                  ? "the certificate %s has expired on %s".formatted(files.certificate(), end)
                  : "the certificate %s is valid from %s on".formatted(files.certificate(), begin),
              "Put a valid one in its place, or see that the clock of this host is right"),
          Optional.of(validity));
    }
  }

  private void refuseOpenKey(Path key) throws NotUsable {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
      Set<PosixFilePermission> closed = PosixFilePermissions.fromString("rwxr-----");
      if (!closed.containsAll(mode)) {
        throw new NotUsable(
            "KeyReadableByOthers",
            KEY,
            "the key %s is open to others (%s)".formatted(key, PosixFilePermissions.toString(mode)),
            "Close it: chmod o=,g-wx " + key);
      }
    } catch (IOException e) {
      throw unreadable(key, KEY, "it is not there");
    }
  }

  private String text(Path file, String field) throws NotUsable, HostUnavailable {
    Result result = commands.run(Invocation.of(READING, "cat", "--", file.toString()).as(account));
    if (result.exitCode() != 0) {
      String words = result.stderr().strip();
      throw unreadable(file, field, words.substring(words.lastIndexOf(':') + 1).strip());
    }
    return result.stdout();
  }

  private NotUsable unreadable(Path file, String field, String why) {
    return new NotUsable(
        "CertificateUnreadable",
        field,
        "the account %s, which the server runs as, cannot read %s: %s"
            .formatted(account.name(), file, why),
        "Make the file, and the directories above it, readable for that account");
  }

  private static boolean matches(PublicKey certified, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC", "ECDSA" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // The two are not even of one kind.
      return false;
    }
  }
}
