package dev.pglet.manifest.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directories below a root that the kernel watches. Dot-directories are not watched. */
final class WatchedTree {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedTree.class);

  private final Path root;
  private final Registration registration;
  private final WatchService service;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private boolean saidSo;

  /** How one directory comes to be watched. */
  @FunctionalInterface
  interface Registration {
    Registration OF_THE_KERNEL =
        (directory, service) ->
            directory.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);

    WatchKey register(Path directory, WatchService service) throws IOException;
  }

  WatchedTree(Path root, Registration registration, WatchService service) {
    this.root = root;
    this.registration = registration;
    this.service = service;
  }

  WatchService service() {
    return service;
  }

  /**
   * Registers every directory; whether one was not watched yet.
   *
   * <p>A directory is listed only after it was registered, so that nothing made in it meanwhile is
   * missed.
   */
  boolean registerAll() {
    boolean any = false;
    Deque<Path> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      Path directory = open.remove();
      try {
        // Each time: the name may have come to mean another directory since.
        WatchKey key = registration.register(directory, service);
        any |= !key.equals(keys.put(directory, key));
        try (DirectoryStream<Path> entries =
            Files.newDirectoryStream(directory, WatchedTree::isDirectory)) {
          entries.forEach(open::add);
        }
      } catch (NoSuchFileException | NotDirectoryException e) {
        // Gone again: its parent has said so, or will.
      } catch (IOException | RuntimeException e) {
        sayOnce(directory, e);
      }
    }
    return any;
  }

  private static boolean isDirectory(Path entry) {
    return !String.valueOf(entry.getFileName()).startsWith(".")
        && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
  }

  private void sayOnce(Path directory, Exception e) {
    if (!saidSo) {
      saidSo = true;
      LOG.atWarn()
          .addKeyValue("directory", directory)
          .addKeyValue("cause", e.toString())
          .log(
              "a directory of manifests cannot be watched, so its changes are seen only every 30"
                  + " seconds; if watches have run out: sysctl fs.inotify.max_user_watches=524288");
    }
  }

  void forget(WatchKey key) {
    keys.values().remove(key);
  }

  void forgetAll() {
    keys.values().forEach(WatchKey::cancel);
    keys.clear();
  }

  void close() {
    try {
      service.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("root", root).log("closing the watch failed");
    }
  }
}
