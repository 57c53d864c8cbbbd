package dev.pglet.host.account;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out why an account cannot reach a path, and whether it could exchange what lies there:
 * which directory on the way is closed, or open for writing. Judges by owner and mode; access
 * control lists are not seen, so ask why a path is closed only after a real attempt has failed.
 */
public final class Reachability {
  private static final Path GROUPS = Path.of("/etc/group");
  private static final int STICKY = 01000;

  private final ServerAccount account;
  private final Set<Integer> groups;

  private Reachability(ServerAccount account, Set<Integer> groups) {
    this.account = account;
    this.groups = groups;
  }

  public static Reachability of(ServerAccount account) {
    Set<Integer> groups = new HashSet<>();
    groups.add(account.gid());
    try {
      for (String line : Files.readAllLines(GROUPS, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(":", -1);
        if (fields.length >= 4 && List.of(fields[3].split(",")).contains(account.name())) {
          groups.add(Integer.parseUnsignedInt(fields[2]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Without the file only the primary group counts: at worst a directory is named too early.
    }
    return new Reachability(account, Set.copyOf(groups));
  }

  /** The first directory on the way to the path that the account cannot enter. */
  public Optional<Path> firstClosed(Path path) throws IOException {
    Path existing = path.toAbsolutePath().normalize();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    Path real = existing.toRealPath();
    Path directory = real.getRoot();
    for (Path name : real) {
      directory = directory.resolve(name);
      if (Files.isDirectory(directory) && !enterable(directory)) {
        return Optional.of(directory);
      }
    }
    return Optional.empty();
  }

  /** An error that names the closed directory, when there is one. */
  public Optional<HostUnavailable> explain(Path path) {
    try {
      return firstClosed(path)
          .map(
              closed ->
                  new HostUnavailable(
                      "Unreachable",
                      "the account %s cannot enter %s, and so cannot reach %s"
                          .formatted(account.name(), closed, path),
                      "Choose a place that it can reach with --data-root, such as"
                          + " /var/lib/pglet, or let it pass: chmod o+x "
                          + closed));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * The first directory on the way to the path in which the account could exchange entries: it owns
   * it, or may write there. In a sticky one such as {@code /tmp} only owners exchange entries, but
   * the last directory is where new ones are made.
   */
  public Optional<Path> firstWritable(Path directory) throws IOException {
    Path real = directory.toRealPath();
    for (Path next = real; next != null; next = next.getParent()) {
      if (writable(next, next.equals(real))) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /**
   * Requires that the account cannot exchange what lies in a directory; an ordinary user's servers
   * are that user's, and nothing is required.
   *
   * @throws Refused naming the directory that the account can write to
   */
  public static void requireClosed(Path directory, ServerAccount account) throws Refused {
    if (!account.switching()) {
      return;
    }
    try {
      Optional<Path> open = of(account).firstWritable(directory);
      if (open.isPresent()) {
        throw new Refused(
            "WritableByServers",
            "the account %s can write in %s, and so could exchange what pglet keeps in %s"
                .formatted(account.name(), open.get(), directory),
            remedy(open.get(), account));
      }
    } catch (IOException e) {
      throw new Refused(
          "DirectoryUnreadable",
          "cannot find out who can write in %s: %s".formatted(directory, e),
          "Make it readable for root",
          e);
    }
  }

  /** What is open to all is so for others' sake, as {@code /tmp} is: it must stay as it is. */
  private static String remedy(Path open, ServerAccount account) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(open, "unix:uid,mode");
    int mode = (Integer) attributes.getOrDefault("mode", 0);
    boolean owned = Integer.valueOf(account.uid()).equals(attributes.get("uid"));
    if (!owned && (mode & STICKY) != 0) {
      return "Choose a directory of its own, which you make with: install -d -m 711 -o root "
          + open.resolve("pglet");
    }
    if (!owned && (mode & 0002) != 0) {
      return "Choose a place that only root can write to, also in the directories above it, such as"
          + " /var/lib/pglet or /run/pglet";
    }
    return "Choose another place, or run: chown root %1$s && chmod go-w %1$s".formatted(open);
  }

  private boolean writable(Path directory, boolean last) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(directory, "unix:uid,gid,mode");
    int mode = (Integer) attributes.getOrDefault("mode", 0);
    if (attributes.get("uid") instanceof Integer uid && uid == account.uid()) {
      return true;
    }
    boolean group = attributes.get("gid") instanceof Integer gid && groups.contains(gid);
    boolean open = (mode & (group ? 0020 : 0002)) != 0;
    return open && (last || (mode & STICKY) == 0);
  }

  private boolean enterable(Path directory) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(directory, "unix:uid,gid,mode");
    int mode = (Integer) attributes.getOrDefault("mode", 0);
    if (account.uid() == 0) {
      return true;
    }
    if (attributes.get("uid") instanceof Integer uid && uid == account.uid()) {
      return (mode & 0100) != 0;
    }
    if (attributes.get("gid") instanceof Integer gid && groups.contains(gid)) {
      return (mode & 0010) != 0;
    }
    return (mode & 0001) != 0;
  }
}
