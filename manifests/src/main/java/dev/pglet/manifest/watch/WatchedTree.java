package dev.pglet.manifest.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories below a root that the kernel watches, as many as it will. Dot-directories are not
 * watched. Used by one thread, but for {@link #trouble} and {@link #close}.
 */
final class WatchedTree {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedTree.class);
  private static final String LATE = "so changes there are seen only every 30 seconds";

  private final Path root;
  private final Kernel kernel;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable WatchService service;
  private volatile Optional<String> trouble = Optional.empty();

  /** Where watches come from, which may run out. */
  interface Kernel {
    Kernel REAL =
        new Kernel() {
          @Override
          public WatchService open() throws IOException {
            return FileSystems.getDefault().newWatchService();
          }

          @Override
          public WatchKey register(Path directory, WatchService service) throws IOException {
            return directory.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
          }
        };

    WatchService open() throws IOException;

    WatchKey register(Path directory, WatchService service) throws IOException;
  }

  WatchedTree(Path root, Kernel kernel) {
    this.root = root;
    this.kernel = kernel;
  }

  /**
   * The next directory with events; null when there was none in that time.
   *
   * @throws ClosedWatchServiceException when it is closed
   */
  @Nullable WatchKey poll(Duration atMost) throws InterruptedException {
    WatchService open = service;
    if (open != null) {
      return open.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
    if (closed.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new ClosedWatchServiceException();
    }
    return null;
  }

  /** Why some changes give no event, and what to do; empty when all do. Any thread may ask. */
  Optional<String> trouble() {
    return trouble;
  }

  /**
   * Registers every directory; whether one was not watched yet.
   *
   * <p>A directory is listed only after it was registered, so that nothing made in it meanwhile is
   * missed.
   */
  boolean registerAll() {
    try {
      return registerAll(opened());
    } catch (IOException e) {
      say(
          "%s cannot be watched (%s), %s; to have them seen at once, run: sysctl fs.inotify.max_user_instances=512"
              .formatted(root, e.getMessage(), LATE));
      return false;
    }
  }

  private WatchService opened() throws IOException {
    WatchService open = service;
    if (open == null) {
      open = kernel.open();
      service = open;
      if (closed.getCount() == 0) {
        open.close(); // as close() would have
      }
    }
    return open;
  }

  private boolean registerAll(WatchService to) {
    boolean any = false;
    List<String> unwatched = new ArrayList<>();
    Deque<Path> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      Path directory = open.remove();
      try {
        any |= register(directory, to);
      } catch (NoSuchFileException | NotDirectoryException e) {
        continue; // Gone again: its parent has said so, or will.
      } catch (IOException e) {
        unwatched.add("%s cannot be watched (%s)".formatted(directory, reason(e)));
      }
      addDirectories(directory, open);
    }
    if (unwatched.isEmpty()) {
      trouble.ifPresent(_ -> LOG.atInfo().addKeyValue("root", root).log("all is watched now"));
      trouble = Optional.empty();
    } else {
      say(sentence(unwatched));
    }
    return any;
  }

  private static String reason(IOException e) {
    return e instanceof AccessDeniedException
        ? "this user may not read it"
        : String.valueOf(e.getMessage());
  }

  private static String sentence(List<String> unwatched) {
    String others = unwatched.size() == 1 ? "" : ", nor can " + (unwatched.size() - 1) + " more";
    String first = unwatched.getFirst() + others + ", " + LATE;
    return first.contains("inotify")
        ? first + "; to have them seen at once, run: sysctl fs.inotify.max_user_watches=524288"
        : first;
  }

  /** Once for each new sentence. */
  private void say(String sentence) {
    if (!trouble.equals(Optional.of(sentence))) {
      trouble = Optional.of(sentence);
      LOG.atWarn().addKeyValue("trouble", sentence).log("changes of manifests are seen late");
    }
  }

  /** Each time: the name may have come to mean another directory since. */
  private boolean register(Path directory, WatchService to) throws IOException {
    WatchKey key = kernel.register(directory, to);
    return !key.equals(keys.put(directory, key));
  }

  /** What cannot be listed, a scan says. */
  private static void addDirectories(Path directory, Deque<Path> to) {
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory, WatchedTree::isDirectory)) {
      entries.forEach(to::add);
    } catch (IOException | RuntimeException e) {
      LOG.atDebug().setCause(e).addKeyValue("directory", directory).log("not listed");
    }
  }

  private static boolean isDirectory(Path entry) {
    return !String.valueOf(entry.getFileName()).startsWith(".")
        && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
  }

  void forget(WatchKey key) {
    keys.values().remove(key);
  }

  void forgetAll() {
    keys.values().forEach(WatchKey::cancel);
    keys.clear();
  }

  void close() {
    closed.countDown();
    WatchService open = service;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.atWarn().setCause(e).addKeyValue("root", root).log("closing the watch failed");
      }
    }
  }
}
