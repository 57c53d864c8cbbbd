package dev.pglet.host.certificate;

import java.time.Instant;
import java.util.Optional;

/**
 * What there is of a server's certificate.
 *
 * @param due why another one must be put in place; empty: what is there is right
 * @param refused why the user's own files, as they are now, are not used
 * @param server what a client is shown
 * @param authority whom clients trust that check it; empty for the user's own
 * @param ending whether the user's own ends soon, and is for the user to replace
 */
public record CertificateSeen(
    Optional<String> due,
    Optional<Refusal> refused,
    Optional<Shown> server,
    Optional<Shown> authority,
    boolean ending) {
  /** Of a server without TLS, or that is not there yet. */
  public static final CertificateSeen NONE =
      new CertificateSeen(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

  /**
   * A certificate.
   *
   * @param source the file that it is from, or {@code local CA}
   */
  public record Shown(String subject, Instant notAfter, String source) {}

  /** Why files are not used, as an error of a field. */
  public record Refusal(String reason, String field, String message, String remedy) {}
}
