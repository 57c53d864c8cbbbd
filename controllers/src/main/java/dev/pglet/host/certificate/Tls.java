package dev.pglet.host.certificate;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server's TLS shall be.
 *
 * @param own files that the user gives; empty: a certificate of the data root's authority
 * @param duration for which such a certificate is valid
 * @param renewBefore how long before its end it is replaced
 * @param ciphers as PostgreSQL reads them; empty: PostgreSQL's own
 * @param minVersion such as {@code TLSv1.2}
 * @param clients whether clients may show certificates of the authority
 */
public record Tls(
    boolean enabled,
    Optional<OwnFiles> own,
    Duration duration,
    Duration renewBefore,
    Optional<String> ciphers,
    String minVersion,
    boolean clients) {
  /** What a spec that says nothing asks for. */
  public static final Tls DEFAULT =
      new Tls(
          true,
          Optional.empty(),
          Duration.ofDays(90),
          Duration.ofDays(7),
          Optional.empty(),
          "TLSv1.2",
          false);

  public Tls {
    requireNonNull(own, "own is null");
    requireNonNull(ciphers, "ciphers is null");
  }

  /** A certificate, with those between it and its root, and its key. */
  public record OwnFiles(Path certificate, Path key) {}

  /**
   * The settings of PostgreSQL.
   *
   * @param fingerprint of the pair in place; empty: none is, and nothing is said of TLS
   * @param directory of the pair, absolute or seen from the data directory
   */
  public Map<String, String> settings(Optional<String> fingerprint, String directory) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (!enabled) {
      settings.put("ssl", "off");
    } else if (fingerprint.isPresent()) {
      String files = directory + "/" + CertificateFiles.PREFIX + fingerprint.get();
      settings.put("ssl", "on");
      settings.put("ssl_cert_file", files + CertificateFiles.CERTIFICATE);
      settings.put("ssl_key_file", files + CertificateFiles.KEY);
      settings.put("ssl_ca_file", clients ? files + CertificateFiles.AUTHORITY : "");
      settings.put("ssl_min_protocol_version", minVersion);
      ciphers.ifPresent(list -> settings.put("ssl_ciphers", list));
    }
    return settings;
  }
}
