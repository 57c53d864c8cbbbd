package dev.pglet.manifest.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
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
  void watchesNewDirectoriesHoweverDeep() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
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
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
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
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
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
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
      Files.createDirectory(root);
      awaitRescan();
      awaitSilence();
      Files.writeString(root.resolve("a.yaml"), "a: 1");
      awaitRescan();
    }
  }

  @Test
  void asksSeldomDuringABurstAndOnceMoreAfterIt() throws Exception {
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
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
    try (DirectoryWatcher _ = DirectoryWatcher.start(root, rescans::release)) {
      Files.writeString(root.resolve(".a.yaml.swp"), "a: 1");
      awaitSilence();
      assertThat(rescans.availablePermits()).isZero();
      Files.createSymbolicLink(root.resolve("..data"), temp);
      awaitRescan();
    }
  }

  @Test
  void leavesAllToTheTimerWhenTheKernelGivesNoWatches() {
    AtomicInteger tries = new AtomicInteger();
    assertThatCode(
            () -> {
              DirectoryWatcher.start(
                      root,
                      rescans::release,
                      () -> {
                        throw new IOException("User limit of inotify instances reached");
                      },
                      WatchedTree.Registration.OF_THE_KERNEL)
                  .close();
              DirectoryWatcher.start(
                      root,
                      rescans::release,
                      () -> FileSystems.getDefault().newWatchService(),
                      (_, _) -> {
                        tries.incrementAndGet();
                        throw new IOException("User limit of inotify watches reached");
                      })
                  .close();
            })
        .doesNotThrowAnyException();
    assertThat(tries).hasValue(1);
  }

  @Test
  void asksNothingMoreOnceClosed() throws Exception {
    DirectoryWatcher watcher = DirectoryWatcher.start(root, rescans::release);
    watcher.close();
    watcher.close();
    Files.writeString(root.resolve("a.yaml"), "a: 1");
    awaitSilence();
    assertThat(rescans.availablePermits()).isZero();
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
