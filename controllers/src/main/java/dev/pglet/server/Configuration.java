package dev.pglet.server;

import dev.pglet.server.access.Access;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The three configuration files of a server, rendered from its spec. Equal settings give equal
 * files and hashes, whatever order they were written in.
 *
 * @param settings by name in lower case, in that order, without {@link #HASH_SETTING}
 * @param main the text of postgresql.conf; sets {@link #HASH_SETTING} to {@code hash}, so that a
 *     session can tell which configuration the server has read
 * @param access the text of pg_hba.conf
 * @param identities the text of pg_ident.conf
 * @param hash of all three
 */
public record Configuration(
    Map<String, String> settings, String main, String access, String identities, String hash) {
  /** The role by which metrics are read, which is no superuser. */
  public static final String MONITOR = "pglet_monitor";

  public static final String HASH_SETTING = "pglet.config_hash";
  private static final String HEADER =
      "# Written by pglet, and written again when it differs: change the manifest instead.\n";

  public Configuration {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /**
   * Renders the files.
   *
   * @param settings by name; names and values have passed {@link SettingRules}
   * @param superuserAccounts accounts of the operating system that may become the superuser by peer
   *     authentication
   * @param rules who may log in; they have passed {@link dev.pglet.server.access.AccessRules}
   */
  public static Configuration render(
      Map<String, String> settings, SortedSet<String> superuserAccounts, Access rules) {
    TreeMap<String, String> sorted = new TreeMap<>();
    settings.forEach((name, value) -> sorted.put(name.toLowerCase(Locale.ROOT), value));
    StringBuilder main = new StringBuilder(HEADER);
    sorted.forEach((name, value) -> main.append(line(name, value)));
    String access = rules.text();
    StringBuilder identities = new StringBuilder(HEADER);
    for (String role : List.of("postgres", MONITOR)) {
      superuserAccounts.forEach(
          account ->
              identities
                  .append("pglet ")
                  .append(quoteIdentity(account))
                  .append(' ')
                  .append(role)
                  .append('\n'));
    }
    String hash = hash(main + "\0" + access + "\0" + identities);
    return new Configuration(
        sorted, main + line(HASH_SETTING, hash), access, identities.toString(), hash);
  }

  /**
   * The text of one of the three files.
   *
   * @param file its name
   */
  String text(String file) {
    return switch (file) {
      case RememberedConfigurations.MAIN -> main;
      case RememberedConfigurations.ACCESS -> access;
      case RememberedConfigurations.IDENTITIES -> identities;
      default -> throw new IllegalArgumentException(file + " is none of the files");
    };
  }

  /** The hash that a postgresql.conf says it has; empty for one that pglet did not write. */
  public static Optional<String> hashOf(String main) {
    return Optional.ofNullable(settingsOf(main).get(HASH_SETTING));
  }

  /**
   * The settings of a postgresql.conf that pglet wrote. Lines that it would not write are left out.
   */
  public static Map<String, String> settingsOf(String main) {
    Map<String, String> settings = new LinkedHashMap<>();
    main.lines()
        .forEach(
            line -> {
              int equals = line.indexOf(" = '");
              if (equals > 0 && line.endsWith("'") && !line.startsWith("#")) {
                String quoted = line.substring(equals + 4, line.length() - 1);
                settings.put(
                    line.substring(0, equals), quoted.replace("''", "'").replace("\\\\", "\\"));
              }
            });
    return settings;
  }

  /**
   * The names of settings that differ between this and a postgresql.conf that pglet wrote, without
   * the hash. None for any other file: what it sets is not known.
   */
  public SortedSet<String> differences(String otherMain) {
    Map<String, String> other = settingsOf(otherMain);
    if (!other.containsKey(HASH_SETTING)) {
      return new TreeSet<>();
    }
    SortedSet<String> names = new TreeSet<>(settings.keySet());
    names.addAll(other.keySet());
    names.remove(HASH_SETTING);
    names.removeIf(name -> Objects.equals(settings.get(name), other.get(name)));
    return names;
  }

  private static String line(String name, String value) {
    return name + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'\n";
  }

  private static String quoteIdentity(String account) {
    return "\"" + account + "\"";
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
