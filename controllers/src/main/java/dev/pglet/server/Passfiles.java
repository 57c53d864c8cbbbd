package dev.pglet.server;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.file.DurableFile;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The passwords of roles that pglet keeps: one 0600 pgpass file for each resource, below the 0700
 * directory {@code secrets}. A new password is first written beside, as {@code pgpass.new}, and
 * takes its name only when the server has it: so after a crash the same password is set again.
 */
public final class Passfiles {
  private static final int PASSWORD_BYTES = 24;
  private static final Pattern LINE = Pattern.compile("\\*:\\*:\\*:([^:]+):(.+)");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path secrets;

  public Passfiles(Path secrets) {
    this.secrets = secrets;
  }

  /** Where the pgpass file of a resource is or will be. */
  public Path file(ResourceKey key) {
    return directory(key).resolve("pgpass");
  }

  /** Where it is noted, by keyed hashes, which passwords were set. */
  public Path applied(ResourceKey key) {
    return directory(key).resolve("passwords");
  }

  /** Makes the directory of a resource's secrets, which only this account can enter. */
  public void makeDirectory(ResourceKey key) throws HostUnavailable {
    try {
      Files.createDirectories(
          directory(key),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw FileFailure.of("making the directory " + directory(key), e);
    }
  }

  /** The passwords in force that pglet keeps, by role. */
  public Map<String, String> passwords(ResourceKey key) throws HostUnavailable {
    Map<String, String> passwords = new HashMap<>();
    try {
      if (Files.exists(file(key))) {
        for (String line : Files.readAllLines(file(key))) {
          Matcher matcher = LINE.matcher(line);
          if (matcher.matches()) {
            passwords.put(matcher.group(1), matcher.group(2).replaceAll("\\\\(.)", "$1"));
          }
        }
      }
      return passwords;
    } catch (IOException e) {
      throw FileFailure.of("reading the passfile " + file(key), e);
    }
  }

  /** Keeps a password of the user, which is in force, as if it was made here. */
  public void put(ResourceKey key, String role, String password) throws HostUnavailable {
    makeDirectory(key);
    try {
      replace(key, List.of(line(role, password)));
    } catch (IOException e) {
      throw FileFailure.of("writing the passfile " + file(key), e);
    }
  }

  /** Whether the file is there and holds a password for the role. */
  public boolean has(ResourceKey key, String role) throws HostUnavailable {
    try {
      return Files.exists(file(key)) && password(file(key), role).isPresent();
    } catch (IOException e) {
      throw FileFailure.of("reading the passfile " + file(key), e);
    }
  }

  /** A password for the role that is not in force yet: the same one until {@link #accept}. */
  public String propose(ResourceKey key, String role) throws HostUnavailable {
    Path proposed = directory(key).resolve("pgpass.new");
    try {
      if (Files.exists(proposed)) {
        Optional<String> password = password(proposed, role);
        if (password.isPresent()) {
          return password.get();
        }
      }
      makeDirectory(key);
      byte[] bytes = new byte[PASSWORD_BYTES];
      RANDOM.nextBytes(bytes);
      String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      // The passfile is only ever used for this resource's server, so host, port and database are
      // free.
      DurableFile.write(proposed, (line(role, password) + "\n").getBytes(StandardCharsets.UTF_8));
      return password;
    } catch (IOException e) {
      throw FileFailure.of("writing the passfile " + proposed, e);
    }
  }

  /** Whether a password for the role was proposed, which the server may have by now. */
  public boolean proposes(ResourceKey key, String role) throws HostUnavailable {
    Path proposed = directory(key).resolve("pgpass.new");
    try {
      return Files.exists(proposed) && password(proposed, role).isPresent();
    } catch (IOException e) {
      throw FileFailure.of("reading the passfile " + proposed, e);
    }
  }

  /** The proposed password is in force. */
  public void accept(ResourceKey key) throws HostUnavailable {
    Path proposed = directory(key).resolve("pgpass.new");
    try {
      if (Files.exists(proposed)) {
        replace(key, Files.readAllLines(proposed));
        DurableFile.delete(proposed);
      }
    } catch (IOException e) {
      throw FileFailure.of("renaming the passfile " + proposed, e);
    }
  }

  /** Removes the secrets of a resource. Absent ones are fine. */
  public void remove(ResourceKey key) throws HostUnavailable {
    try {
      for (String name : List.of("pgpass.new", "pgpass", "passwords")) {
        Files.deleteIfExists(directory(key).resolve(name));
      }
      Files.deleteIfExists(directory(key));
    } catch (IOException e) {
      throw FileFailure.of("removing the secrets in " + directory(key), e);
    }
  }

  /** The lines take the place of those of the same roles. */
  private void replace(ResourceKey key, List<String> lines) throws IOException {
    List<String> all = new ArrayList<>();
    if (Files.exists(file(key))) {
      all.addAll(Files.readAllLines(file(key)));
      all.removeIf(old -> lines.stream().anyMatch(line -> prefix(old).equals(prefix(line))));
    }
    all.addAll(lines);
    DurableFile.write(file(key), (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String line(String role, String password) {
    return "*:*:*:" + role + ":" + password.replaceAll("[\\\\:]", "\\\\$0");
  }

  private static String prefix(String line) {
    Matcher matcher = LINE.matcher(line);
    return matcher.matches() ? matcher.group(1) : line;
  }

  private Path directory(ResourceKey key) {
    return secrets
        .resolve(key.namespace())
        .resolve(key.kind().toLowerCase(Locale.ROOT) + "-" + key.name());
  }

  private static Optional<String> password(Path file, String role) throws IOException {
    String prefix = "*:*:*:" + role + ":";
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(prefix) && line.length() > prefix.length())
        .map(line -> line.substring(prefix.length()))
        .findFirst();
  }
}
