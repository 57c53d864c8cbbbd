package dev.pglet.verb;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file that libpq takes passwords from: {@code host:port:database:user:password}. */
public final class Passfile {
  private Passfile() {}

  /**
   * The password of the address's user.
   *
   * @throws ReconcileException when there is none that this user may read
   */
  public static String password(ServerAddress address) throws ReconcileException {
    Path file =
        address
            .passfile()
            .orElseThrow(
                () ->
                    new Refused(
                        "NoPassword",
                        "the server has no passfile",
                        "Give the password that you have set yourself"));
    try {
      return password(Files.readAllLines(file), address)
          .orElseThrow(
              () ->
                  new Refused(
                      "NoPassword",
                      "%s holds no password of %s".formatted(file, address.user()),
                      "Give the password that you have set yourself"));
    } catch (NoSuchFileException e) {
      throw new Refused(
          "NoPassword", "there is no passfile " + file + " yet", "Wait for the server", e);
    } catch (AccessDeniedException e) {
      throw new HostUnavailable(
          "PasswordUnreadable",
          "this user may not read " + file,
          "Run this as the user of the daemon, for example with sudo",
          e);
    } catch (IOException e) {
      throw new HostUnavailable(
          "PasswordUnreadable",
          "reading %s: %s".formatted(file, e.getMessage()),
          "Run this as the user of the daemon",
          e);
    }
  }

  /** Whether the address's passfile can be read and has a password of the address's user. */
  public static boolean has(ServerAddress address) {
    try {
      return !password(address).isEmpty();
    } catch (ReconcileException e) {
      return false;
    }
  }

  static Optional<String> password(List<String> lines, ServerAddress address) {
    List<String> wanted =
        List.of(
            address.host(), Integer.toString(address.port()), address.database(), address.user());
    for (String line : lines) {
      List<String> fields = line.startsWith("#") ? List.of() : fields(line);
      if (fields.size() == 5 && matches(fields, wanted)) {
        return Optional.of(fields.get(4));
      }
    }
    return Optional.empty();
  }

  private static boolean matches(List<String> fields, List<String> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      if (!fields.get(i).equals("*") && !fields.get(i).equals(wanted.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Four fields that end with colons, and the rest. */
  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        field.append(line.charAt(++i));
      } else if (c == ':' && fields.size() < 4) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  /** A value as a field of such a file. */
  public static String escape(String value) {
    return value.replace("\\", "\\\\").replace(":", "\\:");
  }
}
