package dev.pglet.manifest.watch;

import static java.util.Objects.requireNonNull;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a rescan soon after something below a root has changed: once for a burst of changes, and
 * always after the directories that are new have been registered, so that their first files are
 * seen. A root that is replaced gives no event, so it is also compared every two seconds. Where the
 * kernel gives no watches, says so once and leaves all to the caller's timer.
 *
 * <p>Events come in real time, so this is the one place that does not take time from a clock.
 */
public final class DirectoryWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);
  private static final Duration QUIET = Duration.ofMillis(50);
  private static final Duration LONGEST_BURST = Duration.ofMillis(100);
  private static final Duration COMPARE = Duration.ofSeconds(2);

  private final Path root;
  private final Runnable rescan;
  private final @Nullable WatchedTree tree;
  private @Nullable Thread thread;
  private @Nullable FileStamp watchedRoot;

  private DirectoryWatcher(Path root, Runnable rescan, @Nullable WatchedTree tree) {
    this.root = root;
    this.rescan = rescan;
    this.tree = tree;
  }

  /**
   * Begins to watch. What was there before gives no rescan.
   *
   * @param root a real path, which need not exist yet
   * @param rescan called on the watcher's own thread, never twice at once; should only wake someone
   */
  public static DirectoryWatcher start(Path root, Runnable rescan) {
    return start(
        root,
        rescan,
        () -> FileSystems.getDefault().newWatchService(),
        WatchedTree.Registration.OF_THE_KERNEL);
  }

  /** Where the kernel's watches come from. */
  @FunctionalInterface
  interface Services {
    WatchService open() throws IOException;
  }

  static DirectoryWatcher start(
      Path root, Runnable rescan, Services services, WatchedTree.Registration registration) {
    WatchService service;
    try {
      service = services.open();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("root", root)
          .addKeyValue("cause", e.toString())
          .log(
              "manifests cannot be watched, so changes are seen only every 30 seconds; if inotify"
                  + " instances have run out: sysctl fs.inotify.max_user_instances=512");
      return new DirectoryWatcher(root, rescan, null);
    }
    DirectoryWatcher watcher =
        new DirectoryWatcher(root, rescan, new WatchedTree(root, registration, service));
    watcher.begin();
    return watcher;
  }

  private void begin() {
    WatchedTree watched = requireNonNull(tree);
    watchedRoot = rootNow();
    watched.registerAll();
    thread = Thread.ofVirtual().name("pglet-watch " + root).start(() -> run(watched));
  }

  /** Ends the watch; when it returns, no rescan is running or will be asked for. */
  @Override
  public void close() {
    Thread running = thread;
    if (tree == null || running == null) {
      return;
    }
    tree.close();
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(WatchedTree tree) {
    try {
      while (true) {
        WatchKey key = tree.service().poll(COMPARE.toMillis(), TimeUnit.MILLISECONDS);
        boolean changed = key != null && takeBurst(tree, key);
        boolean replaced = isRootReplaced(tree);
        if (changed || replaced) {
          ask();
        }
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      // Closed: nothing is left to watch.
    }
  }

  private void ask() {
    try {
      rescan.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("root", root).log("asking for a rescan failed");
    }
  }

  /** Takes events until none has come for a while; whether any of them matters. */
  private boolean takeBurst(WatchedTree tree, WatchKey first) throws InterruptedException {
    WatchService service = tree.service();
    long began = System.nanoTime();
    boolean matters = false;
    boolean directoriesChanged = false;
    for (WatchKey key = first;
        key != null;
        key = service.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS)) {
      for (WatchEvent<?> event : key.pollEvents()) {
        matters |= matters(event);
        directoriesChanged |= !event.kind().equals(StandardWatchEventKinds.ENTRY_MODIFY);
      }
      if (!key.reset()) {
        // The directory is gone, or was; its name may already mean another one.
        tree.forget(key);
        matters = true;
        directoriesChanged = true;
      }
      if (System.nanoTime() - began > LONGEST_BURST.toNanos()) {
        break;
      }
    }
    if (directoriesChanged) {
      matters |= tree.registerAll();
    }
    return matters;
  }

  /** Dot-files are ours or an editor's; {@code ..data} is how a mounted volume is switched over. */
  private static boolean matters(WatchEvent<?> event) {
    if (event.kind().equals(StandardWatchEventKinds.OVERFLOW) || event.context() == null) {
      return true;
    }
    String name = String.valueOf(event.context());
    return !name.startsWith(".") || name.startsWith("..");
  }

  private boolean isRootReplaced(WatchedTree tree) {
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
