package dev.pglet.host.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** Certificates and keys as text. Stateless. */
final class Pem {
  private static final int LINE = 64;

  private Pem() {}

  /** The first certificate of a text, which is the server's own in a chain. */
  static X509Certificate certificate(String text) throws CertificateException {
    int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
    if (begin < 0) {
      throw new CertificateException("there is no certificate in it");
    }
    String rest = text.substring(begin);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(rest.getBytes(StandardCharsets.US_ASCII)));
  }

  /**
   * The first private key of a text.
   *
   * @throws IOException when there is none, or one that needs a passphrase
   */
  static PrivateKey key(String text) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
        switch (found) {
          case PrivateKeyInfo key -> {
            return converter.getPrivateKey(key);
          }
          case PEMKeyPair pair -> {
            return converter.getPrivateKey(pair.getPrivateKeyInfo());
          }
          case PEMEncryptedKeyPair _, PKCS8EncryptedPrivateKeyInfo _ ->
              throw new IOException("its key has a passphrase, which nobody types for a server");
          default -> {
            // Parameters of the curve stand before some keys.
          }
        }
      }
    }
    throw new IOException("there is no private key in it");
  }

  static String text(X509Certificate certificate) {
    try {
      return text("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was read or made is encoded", e);
    }
  }

  static String text(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  private static String text(String type, byte[] content) {
    String base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(type, base64);
  }
}
