package dev.pglet.manifest.watch;

import static java.util.Objects.requireNonNull;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a rescan soon after something below a root has changed: once for a burst of changes, and
 * always after the directories that are new have been registered, so that their first files are
 * seen. A root that is replaced or mounted over gives no event, so it is also compared every
 * second. Where the kernel gives too few watches, says so, leaves the rest to the caller's timer,
 * and tries again every half minute.
 *
 * <p>Events come in real time, so this is the one place that does not take time from a clock.
 */
public final class DirectoryWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);
  private static final Duration QUIET = Duration.ofMillis(50);
  private static final Duration LONGEST_BURST = Duration.ofMillis(100);
  private static final Duration COMPARE = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(30);

  private final Path root;
  private final Consumer<Set<Path>> rescan;
  private final WatchedTree tree;
  private final Duration retry;
  private @Nullable Thread thread;
  private @Nullable FileStamp watchedRoot;
  private long lastTry = System.nanoTime();

  private DirectoryWatcher(
      Path root, Consumer<Set<Path>> rescan, WatchedTree tree, Duration retry) {
    this.root = root;
    this.rescan = rescan;
    this.tree = tree;
    this.retry = retry;
  }

  /**
   * Begins to watch. What was there before gives no rescan.
   *
   * @param root a real path, which need not exist yet
   * @param rescan called on the watcher's own thread, never twice at once; should only wake
   *     someone. Is given the files that may have changed, or none when it may be anything
   */
  public static DirectoryWatcher start(Path root, Consumer<Set<Path>> rescan) {
    return start(root, rescan, WatchedTree.Kernel.REAL, RETRY);
  }

  static DirectoryWatcher start(
      Path root, Consumer<Set<Path>> rescan, WatchedTree.Kernel kernel, Duration retry) {
    DirectoryWatcher watcher =
        new DirectoryWatcher(root, rescan, new WatchedTree(root, kernel), retry);
    watcher.begin();
    return watcher;
  }

  private void begin() {
    watchedRoot = rootNow();
    tree.registerAll();
    thread = Thread.ofVirtual().name("pglet-watch " + root).start(this::run);
  }

  /**
   * Why some changes are seen by the caller's timer only, and what to do, as a sentence for people;
   * empty when the kernel tells of all.
   */
  public Optional<String> trouble() {
    return tree.trouble();
  }

  /** Ends the watch; when it returns, no rescan is running or will be asked for. */
  @Override
  public void close() {
    tree.close();
    try {
      requireNonNull(thread).join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = tree.poll(COMPARE);
        Burst burst = key == null ? new Burst() : takeBurst(key);
        boolean replaced = isRootReplaced();
        boolean more = retriedWithSuccess();
        if (replaced || more || burst.anything) {
          ask(Set.of());
        } else if (!burst.files.isEmpty()) {
          ask(Set.copyOf(burst.files));
        }
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      // Closed: nothing is left to watch.
    }
  }

  /** What was not watched until now may have changed unseen. */
  private boolean retriedWithSuccess() {
    if (tree.trouble().isEmpty() || System.nanoTime() - lastTry < retry.toNanos()) {
      return false;
    }
    lastTry = System.nanoTime();
    return tree.registerAll();
  }

  private void ask(Set<Path> files) {
    try {
      rescan.accept(files);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("root", root).log("asking for a rescan failed");
    }
  }

  /** What a burst of events is about. */
  private static final class Burst {
    private final Set<Path> files = new HashSet<>();
    private boolean anything;
  }

  /** Takes events until none has come for a while. */
  private Burst takeBurst(WatchKey first) throws InterruptedException {
    long began = System.nanoTime();
    Burst burst = new Burst();
    boolean directoriesChanged = false;
    for (WatchKey key = first; key != null; key = tree.poll(QUIET)) {
      for (WatchEvent<?> event : key.pollEvents()) {
        note(event, (Path) key.watchable(), burst);
        directoriesChanged |= !event.kind().equals(StandardWatchEventKinds.ENTRY_MODIFY);
      }
      if (!key.reset()) {
        // The directory is gone, or was; its name may already mean another one.
        tree.forget(key);
        burst.anything = true;
        directoriesChanged = true;
      }
      if (System.nanoTime() - began > LONGEST_BURST.toNanos()) {
        break;
      }
    }
    if (directoriesChanged) {
      burst.anything |= tree.registerAll();
    }
    return burst;
  }

  /** Dot-files are ours or an editor's; {@code ..data} is how a mounted volume is switched over. */
  private static void note(WatchEvent<?> event, Path directory, Burst burst) {
    if (!(event.context() instanceof Path name)) {
      burst.anything = true; // an overflow
      return;
    }
    if (!name.toString().startsWith(".")) {
      burst.files.add(directory.resolve(name));
    } else if (name.toString().startsWith("..")) {
      burst.anything = true;
    }
  }

  private boolean isRootReplaced() {
    FileStamp now = rootNow();
    FileStamp before = watchedRoot;
    watchedRoot = now;
    boolean same =
        (now == null && before == null)
            || (now != null && before != null && now.isSameFile(before));
    if (!same) {
      tree.forgetAll();
      tree.registerAll();
    }
    return !same;
  }

  private @Nullable FileStamp rootNow() {
    try {
      return FileStamp.of(root);
    } catch (IOException e) {
      return null;
    }
  }
}
