package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may log in to an instance, and how, and what others can read on the way.
 *
 * @param allowPlaintext whether a server that others than this host reach may do without TLS
 */
public record SecuritySpec(
    @JsonPropertyDescription("Encryption of connections by TLS.") Ssl ssl,
    @JsonPropertyDescription(
            "Whether clients of other hosts may connect without TLS. Default false. Change: reload.")
        Boolean allowPlaintext,
    @JsonPropertyDescription("Which clients may log in, and how they prove who they are.")
        Authentication authentication,
    @JsonPropertyDescription("What of the use of the server is logged.") AuditSpec audit) {
  public static final SecuritySpec DEFAULT =
      new SecuritySpec(Ssl.DEFAULT, false, Authentication.DEFAULT, AuditSpec.DEFAULT);

  public SecuritySpec {
    ssl = ssl == null ? Ssl.DEFAULT : ssl;
    allowPlaintext = allowPlaintext != null && allowPlaintext;
    authentication = authentication == null ? Authentication.DEFAULT : authentication;
    audit = audit == null ? AuditSpec.DEFAULT : audit;
  }

  /**
   * Encryption by TLS. A key without a certificate, or the other way round, is refused.
   *
   * @param certificatePath null: a certificate of the data root's own authority, made and renewed
   * @param duration such as {@code 90d} or {@code 12h}
   */
  public record Ssl(
      @JsonPropertyDescription("Whether clients can use TLS. Default true. Change: reload.")
          Boolean enabled,
      @JsonPropertyDescription(
              "Absolute path of your own certificate in PEM format, with those of the authorities that it needs; the account that servers run as must be able to read it. It is checked and copied, and again when the file changes. Default: a certificate of the local authority. Change: reload.")
          @Pattern("^/[^\\u0000-\\u001f]+$")
          @Nullable String certificatePath,
      @JsonPropertyDescription(
              "Absolute path of that certificate's private key, without a passphrase, closed to others. Change: reload.")
          @Pattern("^/[^\\u0000-\\u001f]+$")
          @Nullable String keyPath,
      @JsonPropertyDescription(
              "Ciphers for TLS 1.2, as OpenSSL lists them, such as \"HIGH:!aNULL\". Default: PostgreSQL's own. Change: reload.")
          @Pattern("^[A-Za-z0-9+:!@=_.,-]{1,1024}$")
          @Nullable String ciphers,
      @JsonPropertyDescription(
              "Lowest version of TLS: TLSv1.2 or TLSv1.3. Default TLSv1.2. Change: reload.")
          @Pattern("^TLSv1[.][23]$")
          String minVersion,
      @JsonPropertyDescription(
              "How long a certificate of the local authority is valid, in hours or days: 1h to 825d. Default 90d. Change: for the next one.")
          @Pattern("^[1-9][0-9]{0,4}[hd]$")
          String duration,
      @JsonPropertyDescription(
              "How long before its end a certificate of the local authority is replaced, without a connection being dropped; and since when the end of your own is warned of. Default 7d. Change: reload when it is due.")
          @Pattern("^[1-9][0-9]{0,4}[hd]$")
          String renewBefore) {
    static final Ssl DEFAULT = new Ssl(true, null, null, null, "TLSv1.2", "90d", "7d");

    public Ssl {
      enabled = enabled == null || enabled;
      minVersion = minVersion == null ? DEFAULT.minVersion : minVersion;
      duration = duration == null ? DEFAULT.duration : duration;
      renewBefore = renewBefore == null ? DEFAULT.renewBefore : renewBefore;
    }
  }

  /**
   * What is written into pg_hba.conf, between the one rule that is pglet's own and nothing.
   *
   * @param method of the rules for {@code allowedHosts}
   * @param allowedHosts addresses with or without a prefix length; empty: this host alone
   * @param hba whole lines of pg_hba.conf, which come before those rules
   * @param unsafe whether methods are accepted that prove nothing or send a password as it is
   */
  public record Authentication(
      @JsonPropertyDescription(
              "How clients of allowedHosts prove who they are: scram-sha-256; md5, which lets in older clients and roles with md5 verifiers; password or trust, only with unsafe. Default scram-sha-256. Change: reload.")
          @Pattern("^(scram-sha-256|md5|password|trust)$")
          String method,
      @JsonPropertyDescription(
              "Addresses, with a prefix length or single ones, that may log in to every database as every role. Default: 127.0.0.0/8 and ::1/128. Change: reload.")
          List<String> allowedHosts,
      @JsonPropertyDescription(
              "Whole lines of pg_hba.conf, such as \"host sales all 10.0.0.0/8 scram-sha-256\". They come before the rules for allowedHosts, and after the one that lets pglet in. Default: none. Change: reload.")
          List<String> hba,
      @JsonPropertyDescription(
              "Whether the methods trust, password and ident are accepted. Default false. Change: nothing by itself.")
          Boolean unsafe) {
    static final Authentication DEFAULT =
        new Authentication("scram-sha-256", List.of(), List.of(), false);

    public Authentication {
      method = method == null ? DEFAULT.method : method;
      allowedHosts = allowedHosts == null ? List.of() : List.copyOf(allowedHosts);
      hba = hba == null ? List.of() : List.copyOf(hba);
      unsafe = unsafe != null && unsafe;
    }
  }
}
