package dev.pglet.server.access;

import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.SecuritySpec.Authentication;
import java.util.ArrayList;
import java.util.List;

/**
 * Who may log in to a server. The rules stand in three blocks, of which the first that matches
 * decides: pglet's own over the socket, the user's lines, and the default for the allowed hosts.
 *
 * @param method of the default block
 * @param networks of the default block
 * @param encrypted whether clients of other hosts must use TLS
 * @param lines the user's, which have passed {@link AccessRules}
 */
public record Access(String method, List<String> networks, boolean encrypted, List<String> lines) {
  public static final String HBA = "spec.security.authentication.hba";

  /** This host alone, with a password. */
  public static final Access DEFAULT =
      new Access("scram-sha-256", List.of("127.0.0.0/8", "::1/128"), false, List.of());

  private static final List<String> FIXED =
      List.of(
          "# Written by pglet, and written again when it differs: change the manifest instead.",
          "# pglet's own sessions:",
          "local all postgres peer map=pglet",
          "local all pglet_monitor peer map=pglet",
          "# spec.security.authentication.hba:");

  public Access {
    networks = List.copyOf(networks);
    lines = List.copyOf(lines);
  }

  /** What a spec asks for. */
  public static Access of(SecuritySpec security) {
    Authentication wanted = security.authentication();
    return new Access(
        wanted.method(),
        wanted.allowedHosts().isEmpty()
            ? DEFAULT.networks
            : wanted.allowedHosts().stream().map(NetworkAddress::asNetwork).toList(),
        security.ssl().enabled() && !security.allowPlaintext(),
        wanted.hba());
  }

  /** The text of pg_hba.conf. */
  public String text() {
    List<String> text = new ArrayList<>(FIXED);
    text.addAll(lines);
    text.add("# spec.security.authentication.method and allowedHosts:");
    // Over the socket there is no address that could be trusted.
    text.add("local all all " + (method.equals("trust") ? DEFAULT.method : method));
    for (String network : networks) {
      String type = encrypted && !NetworkAddress.isLoopback(network) ? "hostssl" : "host";
      text.add("%s all all %s %s".formatted(type, network, method));
    }
    return String.join("\n", text) + "\n";
  }

  /** The field that a line of the text, counted from 1, comes from. */
  public String field(int line) {
    int index = line - 1 - FIXED.size();
    return index >= 0 && index < lines.size()
        ? HBA + "[" + index + "]"
        : "spec.security.authentication";
  }
}
