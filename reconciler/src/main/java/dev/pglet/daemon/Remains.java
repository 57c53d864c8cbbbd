package dev.pglet.daemon;

import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of pglet that belong to no resource. Only what has a name and a place that pglet gives
 * is removed, and then directories that are empty: both roots may be directories that people keep
 * other things in. Symbolic links are never followed.
 */
final class Remains {
  /** A server or a daemon that is just ending removes files of its own meanwhile. */
  private static final int TRIES = 5;

  private static final Pattern PROBE = Pattern.compile("\\.probe\\d+");
  private static final Pattern POOL_PROBE = Pattern.compile("\\.probe-\\d+");
  private static final Pattern PROBE_SCRIPT = Pattern.compile("run");
  private static final Pattern NEW_AUTHORITY = Pattern.compile("\\.ca\\d+");
  private static final Pattern SERVER = Pattern.compile("[0-9a-f]{8}(-private)?");
  private static final Pattern SOCKET = Pattern.compile("\\.s\\.PGSQL\\.\\d+(\\.lock)?");
  private static final Pattern STATE = versioned("inventory\\.jsonl?|events\\.jsonl|lock|pid");
  private static final Pattern RECORD = versioned("[A-Za-z0-9._-]+\\.json");
  private static final Pattern BINARIES =
      Pattern.compile("\\d+(\\.\\d+)*|\\.[\\d.]+\\.(unpacking|damaged|removing)");
  private static final Pattern CLUSTER =
      Pattern.compile("[0-9a-f]{16}-[0-9a-f]{16}|\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern TRUSTED = versioned("trusted\\.json");
  private static final Pattern STATUS =
      Pattern.compile("[a-z0-9]+(\\.[-a-z0-9]+){2}\\.yaml(\\.new)?");
  private static final Pattern POOL = versioned("[0-9a-f]{16}\\.json");
  private static final Pattern AUTHORITY = versioned("ca\\.(crt|key)");
  private static final Pattern PASSFILE = versioned("pgpass|pgpass\\.new|passwords");

  private final Settings settings;
  private final Removal removal;
  private final TreeSet<Path> left = new TreeSet<>();

  /** How one file or empty directory is removed; an absent one is fine. */
  @FunctionalInterface
  interface Removal {
    Removal ON_DISK = Files::deleteIfExists;

    void remove(Path path) throws IOException;
  }

  Remains(Settings settings, Removal removal) {
    this.settings = settings;
    this.removal = removal;
  }

  /** With the temporary, the older and the damaged one that are kept beside a file. */
  private static Pattern versioned(String names) {
    return Pattern.compile("\\.?(%s)(\\.new|\\.v\\d+|\\.corrupt-[0-9TZ.-]+)?".formatted(names));
  }

  /**
   * Removes them, the state last: without it nothing says any more that something is here, and
   * whoever asked again after a death would be told so.
   *
   * @return what is still there, in both roots
   */
  List<Path> remove() throws IOException {
    Path data = settings.dataRoot();
    runDirectory(settings.runDirectory());
    files(settings.secrets().resolve("_ca"), AUTHORITY);
    for (Path unfinished : named(settings.secrets(), NEW_AUTHORITY)) {
      files(unfinished, AUTHORITY);
    }
    for (Path namespace : list(settings.secrets())) {
      for (Path owner : list(namespace)) {
        files(owner, PASSFILE);
      }
      removeIfEmpty(namespace);
    }
    removeIfEmpty(settings.secrets());
    emptyTree(settings.managed());
    for (Path unfinished : named(settings.volumes(), POOL_PROBE)) {
      files(unfinished, PROBE_SCRIPT);
    }
    emptyTree(settings.volumes());
    for (Path version : named(settings.binaries(), BINARIES)) {
      tree(version, removal);
    }
    files(settings.binaries(), TRUSTED);
    for (Path entry : list(settings.clusters())) {
      if (isDirectory(entry) && matches(entry, CLUSTER)) {
        tree(entry, removal);
      }
    }
    removeIfEmpty(settings.clusters());
    files(data.resolve("pools"), POOL);
    files(settings.statuses(), STATUS);
    for (String records : List.of("operations", "conditions", "revisions")) {
      files(settings.state().resolve(records), RECORD);
    }
    inIt(data, PROBE);
    files(settings.state(), STATE);
    removeIfEmpty(data);
    name(settings.runDirectory());
    name(data);
    return List.copyOf(left);
  }

  /** Another pglet may have been told to use the same one: what is answered on is not ours. */
  private void runDirectory(Path directory) throws IOException {
    Path api = directory.resolve("pglet.sock");
    if (!answers(api)) {
      removal.remove(api);
    }
    files(directory.resolve(".pglet.sock.d"), Pattern.compile("s"));
    for (Path server : list(directory)) {
      if (isDirectory(server) && matches(server, SERVER) && !served(server)) {
        files(server.resolve("private"), SOCKET);
        files(server, SOCKET);
      }
    }
    files(directory, PROBE);
  }

  private static boolean served(Path server) throws IOException {
    return Stream.concat(list(server).stream(), list(server.resolve("private")).stream())
        .anyMatch(Remains::answers);
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException | IllegalArgumentException e) {
      // Nobody listens there, it is no socket, or its path is too long to be one.
      return false;
    }
  }

  /** The directories in a directory that have such a name. */
  private static List<Path> named(Path directory, Pattern names) throws IOException {
    return list(directory).stream()
        .filter(entry -> isDirectory(entry) && matches(entry, names))
        .toList();
  }

  /** The files of a directory that have such a name, then the directory when nothing else is in. */
  private void files(Path directory, Pattern names) throws IOException {
    inIt(directory, names);
    removeIfEmpty(directory);
  }

  private void inIt(Path directory, Pattern names) throws IOException {
    for (Path entry : list(directory)) {
      if (!isDirectory(entry) && matches(entry, names)) {
        removal.remove(entry);
      }
    }
  }

  /** Directories that hold nothing but such directories. */
  private void emptyTree(Path directory) throws IOException {
    for (Path entry : list(directory)) {
      if (isDirectory(entry)) {
        emptyTree(entry);
      }
    }
    removeIfEmpty(directory);
  }

  /** A whole directory; what appears or vanishes meanwhile is looked at again. */
  static void tree(Path directory, Removal removal) throws IOException {
    for (int tries = 1; ; tries++) {
      for (Path entry : list(directory)) {
        if (isDirectory(entry)) {
          tree(entry, removal);
        } else {
          removal.remove(entry);
        }
      }
      try {
        removal.remove(directory);
        return;
      } catch (DirectoryNotEmptyException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private void removeIfEmpty(Path directory) throws IOException {
    try {
      if (isDirectory(directory)) {
        removal.remove(directory);
      }
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's things are in it: they are named at the end.
    } catch (FileSystemException e) {
      // An empty one in a directory of somebody else, who made it for us, is his to remove.
      boolean forbidden =
          e instanceof AccessDeniedException || "Operation not permitted".equals(e.getReason());
      if (!forbidden || !list(directory).isEmpty()) {
        throw e;
      }
    }
  }

  /** What is left: not the directories on the way, but what is in them. */
  private void name(Path path) throws IOException {
    List<Path> inside = list(path);
    if (inside.isEmpty() && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      left.add(path);
    }
    boolean ours =
        path.equals(settings.dataRoot())
            || Stream.of(
                    settings.runDirectory(),
                    settings.secrets(),
                    settings.state(),
                    settings.volumes(),
                    settings.binaries(),
                    settings.clusters(),
                    settings.managed(),
                    settings.statuses(),
                    settings.dataRoot().resolve("pools"))
                .anyMatch(path::equals);
    if (ours) {
      for (Path entry : inside) {
        name(entry);
      }
    } else if (!inside.isEmpty()) {
      left.add(path);
    }
  }

  /** Empty when it is no directory, or has just vanished. */
  private static List<Path> list(Path directory) throws IOException {
    if (!isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean matches(Path path, Pattern name) {
    return name.matcher(path.getFileName().toString()).matches();
  }
}
