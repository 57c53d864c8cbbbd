package dev.pglet.host.account;

import dev.pglet.reconcile.HostUnavailable;
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
 * Finds out why an account cannot reach a path: which directory above it is closed. Judges by owner
 * and mode; access control lists are not seen, so ask only after a real attempt has failed.
 */
public final class Reachability {
  private static final Path GROUPS = Path.of("/etc/group");

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
