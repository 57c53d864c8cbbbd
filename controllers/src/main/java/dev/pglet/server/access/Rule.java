package dev.pglet.server.access;

import dev.pglet.server.access.RuleTokens.Token;
import dev.pglet.server.access.RuleTokens.Unreadable;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One rule of pg_hba.conf.
 *
 * @param type such as {@code hostssl}
 * @param method such as {@code md5}
 * @param certificate whether clients must show a certificate that a server can check
 */
record Rule(String type, String method, boolean certificate) {
  private static final Set<String> TYPES =
      Set.of("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc");

  private static final Set<String> METHODS =
      Set.of(
          "scram-sha-256",
          "md5",
          "reject",
          "cert",
          "peer",
          "gss",
          "ldap",
          "radius",
          "pam",
          "oauth",
          "trust",
          "password",
          "ident");

  private static final Set<String> KEYWORDS = Set.of("all", "samehost", "samenet");
  private static final Pattern HOST =
      Pattern.compile("[.]?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?([.][A-Za-z0-9_-]+)*[.]?");
  private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
  private static final Pattern OPTION = Pattern.compile("[a-z_][a-z_0-9]*=.*", Pattern.DOTALL);

  static Rule parse(String line) throws Unreadable {
    List<List<Token>> fields = RuleTokens.of(line);
    for (List<Token> field : fields) {
      for (Token token : field) {
        if (token.text().startsWith("@") && !token.quoted()) {
          throw new Unreadable(
              "lets PostgreSQL read the file %s; write the names themselves"
                  .formatted(token.text().substring(1)));
        }
      }
    }
    String type = fields.isEmpty() ? "" : one(fields, 0, "its type");
    if (type.startsWith("include")) {
      throw new Unreadable("lets PostgreSQL read another file; write the lines themselves");
    }
    if (!TYPES.contains(type)) {
      throw new Unreadable("begins with \"%s\", and not with host, hostssl, …".formatted(type));
    }
    int method = type.equals("local") ? 3 : 4;
    if (!type.equals("local") && address(fields)) {
      method++;
    }
    return rest(type, one(fields, method, "a method"), fields.subList(method + 1, fields.size()));
  }

  private static Rule rest(String type, String method, List<List<Token>> options)
      throws Unreadable {
    if (!METHODS.contains(method)) {
      throw new Unreadable("names the method \"%s\", which there is not".formatted(method));
    }
    if (method.equals("peer") && !type.equals("local")) {
      throw new Unreadable("has the method peer, which is for local alone");
    }
    boolean certificate = method.equals("cert");
    for (int i = 0; i < options.size(); i++) {
      String option = one(options, i, "an option");
      if (!OPTION.matcher(option).matches()) {
        throw new Unreadable(
            "has \"%s\" after its method, which is no name=value".formatted(option));
      }
      certificate |= option.startsWith("clientcert=");
    }
    if (certificate && !type.equals("hostssl")) {
      throw new Unreadable("asks for a client's certificate, which only hostssl can");
    }
    return new Rule(type, method, certificate);
  }

  /** Whether a netmask follows the address. */
  private static boolean address(List<List<Token>> fields) throws Unreadable {
    String address = one(fields, 3, "an address");
    if (NetworkAddress.literal(address).isPresent()) {
      if (fields.size() > 4 && NetworkAddress.literal(text(fields.get(4))).isPresent()) {
        return true;
      }
      throw new Unreadable(
          "has the address %s without a prefix length; write %s"
              .formatted(address, NetworkAddress.asNetwork(address)));
    }
    boolean good =
        KEYWORDS.contains(address)
            || NetworkAddress.network(address).isPresent()
            || (HOST.matcher(address).matches() && !NUMBERS.matcher(address).matches());
    if (!good) {
      throw new Unreadable(
          "has \"%s\" where an address such as 10.0.0.0/8 belongs".formatted(address));
    }
    return false;
  }

  private static String one(List<List<Token>> fields, int index, String what) throws Unreadable {
    if (index >= fields.size()) {
      throw new Unreadable("ends before " + what);
    }
    if (fields.get(index).size() != 1) {
      throw new Unreadable("has a list where %s belongs".formatted(what));
    }
    return text(fields.get(index));
  }

  private static String text(List<Token> field) {
    return field.getFirst().text();
  }
}
