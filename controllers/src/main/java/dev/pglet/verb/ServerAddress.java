package dev.pglet.verb;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a libpq URI says, decoded.
 *
 * @param host without the brackets of an IPv6 address
 * @param parameters such as {@code passfile} and {@code sslmode}, in their order
 */
public record ServerAddress(
    String user, String host, int port, String database, Map<String, String> parameters) {
  private static final String SCHEME = "postgresql://";

  public ServerAddress {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** Reads a URI as statuses have it: with a user, one host, a port and a database. */
  static ServerAddress parse(String uri) {
    int question = uri.indexOf('?');
    String head = question < 0 ? uri : uri.substring(0, question);
    int at = head.lastIndexOf('@');
    int slash = head.indexOf('/', SCHEME.length());
    int colon = head.lastIndexOf(':', slash);
    if (!head.startsWith(SCHEME) || at < 0 || slash < at || colon < at) {
      throw new IllegalArgumentException("not the URI of a server: " + uri);
    }
    String host = head.substring(at + 1, colon);
    Map<String, String> parameters = new LinkedHashMap<>();
    if (question >= 0) {
      for (String pair : uri.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
        }
      }
    }
    return new ServerAddress(
        decode(head.substring(SCHEME.length(), at)),
        host.startsWith("[") ? host.substring(1, host.length() - 1) : decode(host),
        Integer.parseInt(head.substring(colon + 1, slash)),
        decode(head.substring(slash + 1)),
        parameters);
  }

  public ServerAddress withDatabase(String other) {
    return new ServerAddress(user, host, port, other, parameters);
  }

  /** The file that holds the user's password. */
  public Optional<Path> passfile() {
    return Optional.ofNullable(parameters.get("passfile")).map(Path::of);
  }

  /** As libpq reads it. */
  public String uri() {
    List<String> pairs = new ArrayList<>();
    parameters.forEach((name, value) -> pairs.add(encode(name) + "=" + encode(value)));
    return "%s%s@%s/%s%s"
        .formatted(
            SCHEME,
            encode(user),
            hostAndPort(),
            encode(database),
            pairs.isEmpty() ? "" : "?" + String.join("&", pairs));
  }

  /** As it stands in a URI. */
  public String hostAndPort() {
    return (host.contains(":") ? "[" + host + "]" : encode(host)) + ":" + port;
  }

  /** Percent encoding that every reader of URIs decodes; a path keeps its slashes. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
