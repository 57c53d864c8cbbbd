package dev.pglet.manifest.edit;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that were taken from their places. Someone may have opened one before and write into it
 * now; such a write would be lost with the file. So each is looked at for two seconds, and handed
 * back if it changes. What is put in place is guarded by the lock of {@link AtomicFile}.
 */
final class DisplacedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(DisplacedFiles.class);

  /** Most late writes come within microseconds; the sum is two seconds. */
  private static final List<Duration> LOOKS =
      List.of(
          Duration.ofMillis(20),
          Duration.ofMillis(80),
          Duration.ofMillis(400),
          Duration.ofMillis(500),
          Duration.ofMillis(1000));

  private final FileSwap swap;
  private final DelayedTasks delayed;
  private final ReentrantLock lock;
  private final Map<Path, Own> own = new HashMap<>();

  DisplacedFiles(FileSwap swap, DelayedTasks delayed, ReentrantLock lock) {
    this.swap = swap;
    this.delayed = delayed;
    this.lock = lock;
  }

  /** The digest of what was last put at a path here, and how many displaced files remember it. */
  private static final class Own {
    private String digest = "";
    private int files;
  }

  /**
   * Looks after a file until nobody can be writing into it any more, then deletes it.
   *
   * @param out where the file is now
   * @param known digest of its content
   * @param ours digest of what was put in its place; empty when that is not ours
   */
  void keep(Path out, Path target, String known, String ours) {
    Own written = own.computeIfAbsent(target, _ -> new Own());
    written.digest = ours;
    written.files++;
    lookAfter(new Kept(out, target, known), 0);
  }

  private record Kept(Path out, Path target, String known) {}

  private void lookAfter(Kept kept, int look) {
    delayed.runAfter(LOOKS.get(look), () -> look(kept, look));
  }

  /** Nobody else touches the displaced file's name, so looking at it needs no lock. */
  private void look(Kept kept, int look) {
    try {
      boolean written = !TempFiles.digest(RegularFile.read(kept.out())).equals(kept.known());
      if (!written && look < LOOKS.size() - 1) {
        lookAfter(kept, look + 1);
        return;
      }
      if (written) {
        handBackLocked(kept);
      } else {
        discard(kept.out());
      }
    } catch (IOException e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("file", kept.target())
          .addKeyValue("displaced", kept.out())
          .log("a displaced manifest could not be looked after");
    }
    release(kept.target());
  }

  private void handBackLocked(Kept kept) throws IOException {
    lock.lock();
    try {
      handBack(kept);
    } finally {
      lock.unlock();
    }
  }

  private void release(Path target) {
    lock.lock();
    try {
      Own written = own.get(target);
      if (written != null && --written.files == 0) {
        own.remove(target);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What was written into the displaced file is put where its writer believes it to be. */
  private void handBack(Kept kept) throws IOException {
    Own written = own.get(kept.target());
    String ours = written == null ? "" : written.digest;
    FileStamp late = FileStamp.of(kept.out());
    byte[] current;
    FileStamp there;
    try {
      there = FileStamp.of(kept.target());
      current = RegularFile.read(kept.target());
    } catch (NoSuchFileException e) {
      if (ours.equals(TempFiles.digest(new byte[0]))) {
        putBack(kept.out(), kept.target());
      } else {
        keepCopy(kept.out(), kept.target());
      }
      return;
    }
    String now = TempFiles.digest(current);
    boolean isOurs = now.equals(ours);
    int order = there.modified().compareTo(late.modified());
    if (!isOurs && order > 0) {
      keepCopy(kept.out(), kept.target());
      return;
    }
    swap.exchange(kept.out(), kept.target());
    if (!FileStamp.of(kept.out()).isSameFile(there)) {
      swap.exchange(kept.out(), kept.target());
      keepCopy(kept.out(), kept.target());
      return;
    }
    LOG.atInfo()
        .addKeyValue("file", kept.target())
        .log("an edit went into a file that had just been replaced, and was put in its place");
    if (!isOurs && order == 0) {
      keepCopy(kept.out(), kept.target()); // which of the two is newer cannot be told
    } else {
      keep(kept.out(), kept.target(), now, "");
    }
  }

  /** Puts a file back to its free place; when that is taken, by something newer, keeps a copy. */
  void putBack(Path out, Path target) throws IOException {
    try {
      if (!swap.renameToFree(out, target)) {
        Files.createLink(target, out);
        discard(out);
      }
      TempFiles.syncDirectoryOf(target);
    } catch (FileAlreadyExistsException e) {
      keepCopy(out, target);
    }
  }

  /** After a crash: nobody has looked after this file. */
  void recover(TempFiles.Swapped left) throws IOException {
    String content = TempFiles.digest(RegularFile.read(left.file()));
    if (content.equals(left.expected()) || content.equals(left.ours())) {
      discard(left.file());
      return;
    }
    if (!Files.exists(left.target())) {
      putBack(left.file(), left.target());
      return;
    }
    boolean ours = TempFiles.digest(RegularFile.read(left.target())).equals(left.ours());
    if (!ours || !swap.exchange(left.file(), left.target())) {
      keepCopy(left.file(), left.target());
    }
  }

  void discard(Path out) throws IOException {
    Files.deleteIfExists(out);
  }

  private void keepCopy(Path out, Path target) throws IOException {
    Path kept = TempFiles.keptPath(target);
    Files.move(out, kept);
    LOG.atWarn()
        .addKeyValue("file", target)
        .addKeyValue("kept", kept)
        .log("two edits met; one of them is kept beside the file: compare them and delete it");
  }
}
