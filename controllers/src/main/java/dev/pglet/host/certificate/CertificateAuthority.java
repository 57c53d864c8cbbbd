package dev.pglet.host.certificate;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.file.DurableFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate authority of a data root, made when it is first needed: a directory that only
 * this process may enter, with a certificate and a key. It comes into being by one rename, so that
 * of two processes that make it one finds the other's. Thread-safe.
 */
public final class CertificateAuthority {
  /** Below the secrets, where a namespace of that name cannot be. */
  public static final String DIRECTORY = "_ca";

  private static final String CERTIFICATE = "ca.crt";
  private static final String KEY = "ca.key";
  private static final Duration VALID = Duration.ofDays(3650);

  /** Clocks of clients may be behind. */
  private static final Duration BEFORE = Duration.ofDays(1);

  private static final int SERIAL_BITS = 120;
  private static final String SIGNATURE = "SHA256withECDSA";

  private final Path directory;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Remembers where it is.
   *
   * @param directory is made when it is needed
   */
  public CertificateAuthority(Path directory, InstantSource clock) {
    this.directory = requireNonNull(directory, "directory is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** What a certificate is for. */
  enum Use {
    SERVER,
    CLIENT;

    private KeyPurposeId purpose() {
      return this == SERVER ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth;
    }
  }

  /** Its certificate as text; empty until it is made. */
  public Optional<String> certificate() throws IOException {
    try {
      return Optional.of(Files.readString(directory.resolve(CERTIFICATE)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Makes sure that it is there and valid for a time from now on; its certificate as text. */
  public synchronized String ensure(Duration atLeast) throws IOException {
    Optional<String> there = certificate();
    if (there.isEmpty()) {
      make();
      there = certificate();
    }
    String text =
        there.orElseThrow(() -> new NoSuchFileException(directory.resolve(CERTIFICATE).toString()));
    try {
      X509Certificate old = Pem.certificate(text);
      Instant now = clock.instant();
      if (now.isBefore(old.getNotBefore().toInstant())
          || old.getNotAfter().toInstant().isBefore(now.plus(atLeast))) {
        // The same key and name: what it has signed stays signed by it.
        KeyPair keys = new KeyPair(old.getPublicKey(), key());
        text = Pem.text(sign(old.getSubjectX500Principal(), keys));
        DurableFile.write(directory.resolve(CERTIFICATE), text.getBytes(StandardCharsets.US_ASCII));
      }
      return text;
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw unusable(e);
    }
  }

  /** Makes a certificate for a server, with the names and addresses by which it is reached. */
  Pair server(String name, Collection<String> names, Duration validity) throws IOException {
    return issue(name, names, validity, Use.SERVER);
  }

  /** Makes a certificate by which a client logs in as a role: certificate and key, as text. */
  public ClientCertificate client(String role, Duration validity) throws IOException {
    Pair pair = issue(role, List.of(), validity, Use.CLIENT);
    return new ClientCertificate(pair.certificate(), pair.key());
  }

  /** What a client logs in with. Nobody prints it. */
  public record ClientCertificate(String certificate, String key) {
    @Override
    public String toString() {
      return "ClientCertificate";
    }
  }

  private Pair issue(String name, Collection<String> names, Duration validity, Use use)
      throws IOException {
    String own = ensure(validity);
    try {
      X509Certificate authority = Pem.certificate(own);
      KeyPair keys = newKeys();
      JcaX509v3CertificateBuilder builder =
          builder(authority.getSubjectX500Principal(), principal(name), keys.getPublic(), validity);
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(use.purpose()));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions.createAuthorityKeyIdentifier(authority.getPublicKey()));
      if (!names.isEmpty()) {
        GeneralName[] general =
            names.stream().map(CertificateAuthority::general).toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(general));
      }
      return Pair.of(sign(builder, key()), keys.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw unusable(e);
    }
  }

  private static GeneralName general(String name) {
    boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private void make() throws IOException {
    Path parent = requireNonNull(directory.getParent());
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(parent, mode);
    Path beside = Files.createTempDirectory(parent, ".ca", mode);
    try {
      KeyPair keys = newKeys();
      X509Certificate certificate = sign(name(), keys);
      write(beside.resolve(KEY), Pem.text(keys.getPrivate()));
      write(beside.resolve(CERTIFICATE), Pem.text(certificate));
      DurableFile.rename(beside, directory);
    } catch (FileSystemException e) {
      if (certificate().isEmpty()) {
        throw e;
      }
      // Another process was first.
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw unusable(e);
    } finally {
      Files.deleteIfExists(beside.resolve(KEY));
      Files.deleteIfExists(beside.resolve(CERTIFICATE));
      Files.deleteIfExists(beside);
    }
  }

  private static void write(Path file, String text) throws IOException {
    DurableFile.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Each has a name of its own, so that those of two data roots are told apart. */
  private X500Principal name() {
    return principal("pglet CA " + new BigInteger(32, random).toString(16));
  }

  private static X500Principal principal(String commonName) {
    try {
      return new X500Principal(
          new X500NameBuilder().addRDN(BCStyle.CN, commonName).build().getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException("a name in memory is encoded", e);
    }
  }

  private X509Certificate sign(X500Principal name, KeyPair keys)
      throws GeneralSecurityException, OperatorCreationException, CertIOException {
    JcaX509v3CertificateBuilder builder = builder(name, name, keys.getPublic(), VALID);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
    return sign(builder, keys.getPrivate());
  }

  private JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, PublicKey key, Duration validity) {
    Instant now = clock.instant();
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS),
        Date.from(now.minus(BEFORE)),
        Date.from(now.plus(validity)),
        subject,
        key);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private PrivateKey key() throws IOException {
    return Pem.key(Files.readString(directory.resolve(KEY)));
  }

  private IOException unusable(Exception cause) {
    return new IOException(
        "the certificate authority in %s cannot be used: %s"
            .formatted(directory, cause.getMessage()),
        cause);
  }
}
