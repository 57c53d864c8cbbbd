package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates are in use.
 *
 * @param ca whom a client trusts that checks the server; null with a certificate of the user's own
 * @param server what a client is shown
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CertificatesStatus(@Nullable Authority ca, @Nullable Server server) {
  /**
   * The local authority.
   *
   * @param notAfter RFC 3339
   */
  public record Authority(String subject, String notAfter) {}

  /**
   * A server's certificate.
   *
   * @param notAfter RFC 3339
   * @param source {@code local CA} or the user's file
   */
  public record Server(String notAfter, String source) {}
}
