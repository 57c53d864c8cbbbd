package dev.pglet.manifest.edit;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Replaces, creates and removes files that others may be writing at the same moment, by rename or
 * in place, and loses nothing of what they write. No call waits.
 *
 * <p>Comparing and then renaming is not enough: an edit may come in between. So the new content is
 * exchanged with the file in one system call, and only then is what came out compared with what was
 * read. If it is something else, it goes back. What came out rightly is kept for a while, because
 * someone may have opened it before and not yet written: see {@link DisplacedFiles}. Thread-safe.
 */
public final class AtomicFile {
  /** Where files cannot be exchanged, only a file that nobody has touched for so long. */
  static final Duration QUIET = Duration.ofSeconds(2);

  /** Older files of this class's making belong to a process that is gone. */
  static final Duration ABANDONED = Duration.ofMinutes(1);

  /** What takes a removed file's place. */
  private static final byte[] NOTHING = {};

  private final FileSwap swap;
  private final InstantSource clock;
  private final DisplacedFiles displaced;

  /** Fair, so that a late edit is put back however many writes are waiting. */
  private final ReentrantLock lock = new ReentrantLock(true);

  public AtomicFile(FileSwap swap, DelayedTasks delayed, InstantSource clock) {
    this.swap = swap;
    this.clock = clock;
    this.displaced = new DisplacedFiles(swap, delayed, lock);
  }

  /** What became of a write. */
  public enum Outcome {
    DONE,
    /** The file was not, or no longer, what the caller had read. It is as if never called. */
    DROPPED
  }

  /**
   * Replaces the content of a file; owner, group and mode stay.
   *
   * @param file no symbolic link
   * @param expected what the caller has read
   */
  public Outcome replace(Path file, byte[] expected, byte[] replacement) throws IOException {
    lock.lock();
    try {
      FileStamp before = FileStamp.of(file);
      if (!before.isRegularFile() || !Arrays.equals(RegularFile.read(file), expected)) {
        return Outcome.DROPPED;
      }
      Path out = prepare(file, before, expected, replacement);
      FileStamp ours = FileStamp.of(out);
      boolean exchanged;
      try {
        exchanged = swap.exchange(out, file);
      } catch (IOException e) {
        Files.deleteIfExists(out);
        throw e;
      }
      return exchanged
          ? judge(file, out, ours, before, expected, replacement)
          : replaceQuiet(file, out, before, expected);
    } catch (NoSuchFileException e) {
      return Outcome.DROPPED;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes a new file with the owner of its directory.
   *
   * @throws FileAlreadyExistsException when the name is taken; that file is untouched
   */
  public void create(Path file, byte[] content) throws IOException {
    Path temp = TempFiles.write(file, content);
    try {
      FileStamp directory = FileStamp.of(file.resolveSibling("."));
      if (FileStamp.of(temp).owner() == 0 && directory.owner() != 0) {
        Files.setAttribute(temp, "unix:uid", directory.owner());
        Files.setAttribute(temp, "unix:gid", directory.group());
      }
      if (!swap.renameToFree(temp, file)) {
        Files.createLink(file, temp);
      }
      TempFiles.syncDirectoryOf(file);
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  /** Removes a file. */
  public Outcome remove(Path file, byte[] expected) throws IOException {
    lock.lock();
    try {
      FileStamp before = FileStamp.of(file);
      if (!before.isRegularFile() || !Arrays.equals(RegularFile.read(file), expected)) {
        return Outcome.DROPPED;
      }
      Path out = TempFiles.swapPath(file, expected, NOTHING);
      Files.move(file, out, StandardCopyOption.ATOMIC_MOVE);
      TempFiles.syncDirectoryOf(file);
      if (isWhatWasRead(out, before, expected)) {
        displaced.keep(out, file, TempFiles.digest(expected), TempFiles.digest(NOTHING));
        return Outcome.DONE;
      }
      displaced.putBack(out, file);
      return Outcome.DROPPED;
    } catch (NoSuchFileException e) {
      return Outcome.DROPPED;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Clears away what a killed process has left beside its target. Content that is neither what was
   * to be replaced nor what was to replace it is somebody's edit: it goes back, or is kept under a
   * name that says so.
   *
   * @return whether the file is one of this class's own, and so no concern of anybody else
   */
  public boolean clearLeftover(Path file) throws IOException {
    boolean fresh = TempFiles.isNew(file);
    Optional<TempFiles.Swapped> swapped = TempFiles.swapped(file);
    if (!fresh && swapped.isEmpty()) {
      return false;
    }
    lock.lock();
    try {
      if (FileStamp.of(file).quietFor(clock.instant()).compareTo(ABANDONED) >= 0) {
        if (fresh) {
          Files.deleteIfExists(file);
        } else {
          displaced.recover(swapped.orElseThrow());
        }
      }
    } catch (NoSuchFileException e) {
      // Its own process has finished with it.
    } finally {
      lock.unlock();
    }
    return true;
  }

  private static Path prepare(Path file, FileStamp before, byte[] expected, byte[] replacement)
      throws IOException {
    Path temp = TempFiles.write(file, replacement);
    try {
      TempFiles.copyOwnerAndMode(before, temp);
      Path ours = TempFiles.swapPath(file, expected, replacement);
      return Files.move(temp, ours, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temp);
      throw new IOException(
          "%s: cannot be replaced with its owner and mode kept; let pglet's account own the file"
              .formatted(file),
          e);
    }
  }

  /** The exchange is done: {@code out} now holds whatever was at the file's place. */
  private Outcome judge(
      Path file, Path out, FileStamp ours, FileStamp before, byte[] expected, byte[] replacement)
      throws IOException {
    if (isWhatWasRead(out, before, expected)) {
      TempFiles.syncDirectoryOf(file);
      displaced.keep(out, file, TempFiles.digest(expected), TempFiles.digest(replacement));
      return Outcome.DONE;
    }
    // What came out is newer than what was read, so it goes back. What then comes out must be what
    // was put there before, unchanged; if it is not, that is newer still, and goes back in turn.
    Held put = new Held(ours, TempFiles.digest(replacement));
    Held held = Held.of(out);
    while (true) {
      try {
        swap.exchange(out, file);
      } catch (NoSuchFileException e) {
        displaced.discard(out); // somebody deleted the file meanwhile, so nothing goes back
        return Outcome.DROPPED;
      }
      Held received = Held.of(out);
      if (received.isUnchanged(put)) {
        displaced.keep(out, file, put.digest(), "");
        return Outcome.DROPPED;
      }
      put = held;
      held = received;
    }
  }

  /** A file and its content at the time when it was taken out. */
  private record Held(FileStamp stamp, String digest) {
    static Held of(Path file) throws IOException {
      return new Held(FileStamp.of(file), TempFiles.digest(RegularFile.read(file)));
    }

    /** An edit in place leaves the file the same, and is as new as one by rename. */
    boolean isUnchanged(Held before) {
      return stamp.isSameFile(before.stamp) && digest.equals(before.digest);
    }
  }

  private Outcome replaceQuiet(Path file, Path ours, FileStamp before, byte[] expected)
      throws IOException {
    Duration quiet = before.quietFor(clock.instant()).abs(); // long in the future is not just now
    if (quiet.compareTo(QUIET) < 0 || !isWhatWasRead(file, before, expected)) {
      Files.deleteIfExists(ours);
      return Outcome.DROPPED;
    }
    Files.move(ours, file, StandardCopyOption.ATOMIC_MOVE);
    TempFiles.syncDirectoryOf(file);
    return Outcome.DONE;
  }

  private static boolean isWhatWasRead(Path file, FileStamp before, byte[] expected)
      throws IOException {
    return FileStamp.of(file).isSameFile(before) && Arrays.equals(RegularFile.read(file), expected);
  }
}
