package dev.pglet.verb.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.Passfile;
import dev.pglet.verb.ServerAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The forms of an address. All but {@link #PGPASS} hold no password. */
public enum ConnectionFormat {
  URI,
  ENV,
  DOTENV,
  JSON,
  JDBC,
  PGPASS;

  /** Variables of libpq by the parameter of a URI that says the same. */
  private static final Map<String, String> VARIABLES =
      Map.ofEntries(
          Map.entry("passfile", "PGPASSFILE"),
          Map.entry("sslmode", "PGSSLMODE"),
          Map.entry("sslrootcert", "PGSSLROOTCERT"),
          Map.entry("sslcert", "PGSSLCERT"),
          Map.entry("sslkey", "PGSSLKEY"),
          Map.entry("channel_binding", "PGCHANNELBINDING"),
          Map.entry("connect_timeout", "PGCONNECT_TIMEOUT"),
          Map.entry("application_name", "PGAPPNAME"),
          Map.entry("options", "PGOPTIONS"));

  /** Parameters that mean the same to the JDBC driver. */
  private static final List<String> OF_JDBC = List.of("sslmode", "sslrootcert", "sslcert");

  /**
   * The form with that name.
   *
   * @param option that says it, for the message
   * @throws UsageError when there is none
   */
  public static ConnectionFormat of(String option, String name) {
    return Arrays.stream(values())
        .filter(format -> format.label().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageError(
                    "%s: '%s' is none of %s"
                        .formatted(
                            option,
                            name,
                            Arrays.stream(values())
                                .map(ConnectionFormat::label)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * Lines, each with its end; only those of {@link #PGPASS} hold the password.
   *
   * @param database in the place of the server's first one
   */
  public String print(ServerAddress address, Optional<String> database) throws ReconcileException {
    return this == PGPASS
        ? pgpass(address, database)
        : text(database.map(address::withDatabase).orElse(address));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Lines, each with its end. */
  String text(ServerAddress address) {
    return switch (this) {
      case URI -> address.uri() + "\n";
      case ENV -> env(address);
      case DOTENV -> dotenv(address);
      case JSON -> json(address);
      case JDBC -> jdbc(address) + "\n";
      case PGPASS -> throw new IllegalStateException("a pgpass line needs the password");
    };
  }

  /**
   * A line of a pgpass file, with the password.
   *
   * @param database the one it is for; any when empty
   */
  static String pgpass(ServerAddress address, Optional<String> database) throws ReconcileException {
    String password = Passfile.password(address);
    return String.join(
            ":",
            Passfile.escape(address.host()),
            Integer.toString(address.port()),
            database.map(Passfile::escape).orElse("*"),
            Passfile.escape(address.user()),
            Passfile.escape(password))
        + "\n";
  }

  /** The variables that every program with libpq reads, in a fixed order. */
  static Map<String, String> variables(ServerAddress address) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PGHOST", address.host());
    variables.put("PGPORT", Integer.toString(address.port()));
    variables.put("PGDATABASE", address.database());
    variables.put("PGUSER", address.user());
    address
        .parameters()
        .forEach(
            (name, value) -> {
              String variable = VARIABLES.get(name);
              if (variable != null) {
                variables.put(variable, value);
              }
            });
    return variables;
  }

  private static String env(ServerAddress address) {
    StringBuilder text = new StringBuilder();
    variables(address)
        .forEach(
            (name, value) ->
                text.append("export ")
                    .append(name)
                    .append('=')
                    .append(ShellWord.quote(value))
                    .append('\n'));
    return text.toString();
  }

  private static String dotenv(ServerAddress address) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("DATABASE_URL", address.uri());
    variables.putAll(variables(address));
    StringBuilder text = new StringBuilder();
    variables.forEach(
        (name, value) ->
            text.append(name).append('=').append(ShellWord.dotenv(value)).append('\n'));
    return text.toString();
  }

  private static String json(ServerAddress address) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("host", address.host())
            .put("port", address.port())
            .put("database", address.database())
            .put("user", address.user());
    address.parameters().forEach(json::put);
    json.put("uri", address.uri()).put("jdbc", jdbc(address));
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("writing JSON of texts and numbers", e);
    }
  }

  /** The driver knows no passfile in its URL: that is a property of the JVM. */
  static String jdbc(ServerAddress address) {
    List<String> pairs = new ArrayList<>();
    pairs.add("user=" + ServerAddress.encode(address.user()));
    for (String name : OF_JDBC) {
      String value = address.parameters().get(name);
      if (value != null) {
        pairs.add(name + "=" + ServerAddress.encode(value));
      }
    }
    return "jdbc:postgresql://%s/%s?%s"
        .formatted(
            address.hostAndPort(),
            ServerAddress.encode(address.database()).replace("/", "%2F"),
            String.join("&", pairs));
  }
}
