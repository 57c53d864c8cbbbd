package dev.pglet.host.certificate;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A certificate and its private key, as text. Nobody prints it.
 *
 * @param certificate with those of the authorities between it and the root, if there are any
 */
record Pair(String certificate, String key) {
  static Pair of(X509Certificate certificate, PrivateKey key) {
    return new Pair(Pem.text(certificate), Pem.text(key));
  }

  @Override
  public String toString() {
    return "Pair";
  }
}
