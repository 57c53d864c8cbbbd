package dev.pglet.manifest.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDirectoryWatcher {
  @TempDir private Path temp;
  private Path root = Path.of("/");
  private final Semaphore rescans = new Semaphore(0);

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.toRealPath().resolve("manifests"));
  }

  @Test
  void asksForARescanWhenAFileIsMadeChangedReplacedOrDeleted() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      Files.writeString(root.resolve("a.yaml"), "a: 1");
      awaitRescan();
      Files.writeString(root.resolve("a.yaml"), "a: 2");
      awaitRescan();
      Path other = Files.writeString(temp.resolve("other"), "a: 3");
      Files.move(other, root.resolve("a.yaml"), StandardCopyOption.ATOMIC_MOVE);
      awaitRescan();
      Files.delete(root.resolve("a.yaml"));
      awaitRescan();
    }
  }

  @Test
  void saysWhichFilesMayHaveChangedWhenThatIsCertain() throws Exception {
    BlockingQueue<Set<Path>> asked = new LinkedBlockingQueue<>();
    Path file = root.resolve("a.yaml");
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, asked::add)) {
      Files.writeString(file, "a: 1");
      assertThat(asked.take()).containsExactly(file);
      Path directory = Files.createDirectory(root.resolve("x"));
      Set<Path> changed = asked.take();
      while (changed.equals(Set.of(file))) {
        changed = asked.take(); // the end of the write came in a burst of its own
      }
      assertThat(changed).isEmpty();
      Files.writeString(directory.resolve("b.yml"), "b: 1");
      assertThat(asked.take()).containsExactly(directory.resolve("b.yml"));
    }
  }

  @Test
  void watchesNewDirectoriesHoweverDeep() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      Path deep = Files.createDirectories(root.resolve("x/y/z"));
      awaitRescan();
      awaitSilence();
      Files.writeString(deep.resolve("a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void watchesADirectoryThatReplacesAnother() throws Exception {
    Files.createDirectory(root.resolve("x"));
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      Files.move(root.resolve("x"), temp.resolve("aside"));
      Files.createDirectory(root.resolve("x"));
      awaitRescan();
      awaitSilence();
      Files.writeString(root.resolve("x/a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void noticesAReplacedRootAndWatchesTheNewOne() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      Files.move(root, temp.resolve("aside"));
      Files.createDirectory(root);
      awaitRescan();
      awaitSilence();
      Files.writeString(root.resolve("a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void watchesARootThatComesIntoBeingLater() throws Exception {
    Files.delete(root);
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      Files.createDirectory(root);
      awaitRescan();
      awaitSilence();
      Files.writeString(root.resolve("a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void asksSeldomDuringABurstAndOnceMoreAfterIt() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      for (int i = 0; i < 3000; i++) {
        Files.writeString(root.resolve(i + ".yaml"), "a: 1");
      }
      awaitRescan();
      awaitSilence();
      Files.writeString(root.resolve("last.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void dotFilesGiveNoRescanButASwitchedVolumeDoes() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, _ -> rescans.release())) {
      Files.writeString(root.resolve(".a.yaml.swp"), "a: 1");
      awaitSilence();
      assertThat(rescans.availablePermits()).isZero();
      Files.createSymbolicLink(root.resolve("..data"), temp);
      awaitRescan();
    }
  }

  /** A kernel that gives so many watches. */
  private static final class Limited implements WatchedTree.Kernel {
    private volatile int instances;
    private volatile int watches;
    private final Set<Path> watched = ConcurrentHashMap.newKeySet();

    Limited(int instances, int watches) {
      this.instances = instances;
      this.watches = watches;
    }

    @Override
    public WatchService open() throws IOException {
      if (instances == 0) {
        throw new IOException("User limit of inotify instances reached or too many open files");
      }
      return REAL.open();
    }

    @Override
    public WatchKey register(Path directory, WatchService service) throws IOException {
      if (!watched.contains(directory) && watched.size() >= watches) {
        throw new IOException("User limit of inotify watches reached");
      }
      watched.add(directory);
      return REAL.register(directory, service);
    }
  }

  @Test
  void withoutAnyWatchItSaysSoAndWatchesOnceThereIsOne() throws Exception {
    Limited kernel = new Limited(0, 9);
    try (DirectoryWatcher watcher =
        DirectoryWatcher.start(root, _ -> rescans.release(), kernel, Duration.ofMillis(10))) {
      assertThat(watcher.trouble().orElse(""))
          .startsWith(root + " cannot be watched (User limit of inotify instances reached")
          .contains("seen only every 30 seconds")
          .endsWith("run: sysctl fs.inotify.max_user_instances=512");
      kernel.instances = 1;
      awaitNoTrouble(watcher);
      awaitSilence();
      Files.writeString(root.resolve("a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void aReplacedRootIsNoticedWithoutAnyWatch() throws Exception {
    try (DirectoryWatcher _ =
        DirectoryWatcher.start(
            root, _ -> rescans.release(), new Limited(0, 0), Duration.ofDays(1))) {
      Files.move(root, temp.resolve("aside"));
      Files.createDirectory(root);
      awaitRescan();
    }
  }

  @Test
  void directoriesThatAreNotWatchedAreCountedUntilTheyAre() throws Exception {
    Files.createDirectories(root.resolve("x/y"));
    Files.createDirectory(root.resolve("z"));
    Limited kernel = new Limited(1, 1);
    try (DirectoryWatcher watcher =
        DirectoryWatcher.start(root, _ -> rescans.release(), kernel, Duration.ofMillis(10))) {
      assertThat(watcher.trouble().orElse(""))
          .contains(" cannot be watched (User limit of inotify watches reached), nor can 2 more,")
          .endsWith("run: sysctl fs.inotify.max_user_watches=524288");
      Files.writeString(root.resolve("a.yaml"), "a: 1");
      awaitRescan();
      kernel.watches = 4;
      awaitNoTrouble(watcher);
      awaitSilence();
      Files.writeString(root.resolve("x/y/a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  /** The JDK keeps 512 events of a directory; then it says that there were more. */
  @Test
  void anOverflowOfEventsAsksForARescanToo() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Consumer<Set<Path>> slow =
        _ -> {
          asked.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          rescans.release();
        };
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, slow)) {
      Files.writeString(root.resolve("first.yaml"), "a: 1");
      asked.await();
      Path deep = root.resolve("x");
      for (int i = 0; i < 20_000; i++) {
        Files.writeString(root.resolve(i % 1000 + ".yaml"), "a: 1");
      }
      Files.createDirectory(deep); // whose event is lost among the others
      goOn.countDown();
      awaitRescan();
      awaitSilence();
      Files.writeString(deep.resolve("a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void asksNothingMoreOnceClosed() throws Exception {
    DirectoryWatcher watcher = DirectoryWatcher.start(root, _ -> rescans.release());
    watcher.close();
    watcher.close();
    Files.writeString(root.resolve("a.yaml"), "a: 1");
    awaitSilence();
    assertThat(rescans.availablePermits()).isZero();
  }

  /** What is watched again may have changed before: a rescan comes with it. */
  private void awaitNoTrouble(DirectoryWatcher watcher) throws InterruptedException {
    awaitRescan();
    while (watcher.trouble().isPresent()) {
      awaitRescan();
    }
  }

  private void awaitRescan() throws InterruptedException {
    assertThat(rescans.tryAcquire(20, TimeUnit.SECONDS)).as("a rescan was asked for").isTrue();
  }

  /** Waits until no rescan has been asked for during some bursts' time. */
  private void awaitSilence() throws InterruptedException {
    while (rescans.tryAcquire(400, TimeUnit.MILLISECONDS)) {
      rescans.drainPermits();
    }
  }
}
