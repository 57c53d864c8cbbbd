package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import java.util.List;

/** Who may log in to an instance, and how. */
public record SecuritySpec(
    @JsonPropertyDescription("Which clients may log in, and how they prove who they are.")
        Authentication authentication,
    @JsonPropertyDescription("What of the use of the server is logged.") AuditSpec audit) {
  public static final SecuritySpec DEFAULT =
      new SecuritySpec(Authentication.DEFAULT, AuditSpec.DEFAULT);

  public SecuritySpec {
    authentication = authentication == null ? Authentication.DEFAULT : authentication;
    audit = audit == null ? AuditSpec.DEFAULT : audit;
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
