package dev.pglet.reconcile.state;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to act on a data root. It ends with the process at the latest.
 *
 * <p>The lock belongs to the process, and closing any descriptor of the file gives it up: so nobody
 * else opens the file {@code lock}, the pid lies in a file of its own, and the process remembers
 * what it has locked.
 */
public final class StateLock implements AutoCloseable {
  private static final Set<Path> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private StateLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of a state directory that exists.
   *
   * @throws Refused when somebody else has it
   */
  public static StateLock take(Path directory, DurableFiles files) throws Refused, HostUnavailable {
    try {
      Path file = directory.toRealPath().resolve("lock");
      if (!OF_THIS_PROCESS.add(file)) {
        throw refused(directory);
      }
      FileChannel channel = locked(file);
      if (channel == null) {
        throw refused(directory);
      }
      StateLock lock = new StateLock(file, channel);
      try {
        files.write(pidFile(directory), bytes(Long.toString(ProcessHandle.current().pid())));
      } catch (IOException | RuntimeException | Error e) {
        lock.close();
        throw e;
      }
      return lock;
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnwritable",
          "locking the state directory " + directory + ": " + e,
          "Make it writable for the account of pglet",
          e);
    }
  }

  private static @Nullable FileChannel locked(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      FileLock lock = channel.tryLock();
      locked = lock != null;
      return locked ? channel : null;
    } finally {
      if (!locked) {
        OF_THIS_PROCESS.remove(file);
        channel.close();
      }
    }
  }

  private static Refused refused(Path directory) {
    String pid = pid(directory);
    return new Refused(
        "DataRootInUse",
        "another pglet (pid %s) works on %s".formatted(pid, directory.getParent()),
        "Use that one, or stop it with: kill " + pid);
  }

  private static String pid(Path directory) {
    try {
      return Files.readString(pidFile(directory)).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static Path pidFile(Path directory) {
    return directory.resolve("pid");
  }

  private static byte[] bytes(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Gives the lock up. Idempotent. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      OF_THIS_PROCESS.remove(file);
    }
  }
}
