package dev.pglet.reconcile.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The writes of the state directory. After a method has returned, a power cut undoes nothing, but
 * for {@link #append}.
 */
public interface DurableFiles {
  /** Writes or replaces a file as a whole: after a crash there is the old one or the new one. */
  void write(Path file, byte[] content) throws IOException;

  /** Removes a file. An absent one is fine. */
  void delete(Path file) throws IOException;

  /**
   * Adds to the end of a file, which is created when absent. Not durable: what is appended is
   * history, and its last line may be lost or torn.
   */
  void append(Path file, byte[] content) throws IOException;

  /**
   * Adds to the end of a file, which is created when absent. When it fails, or the power does, some
   * of what was to be added may be there.
   */
  void appendDurably(Path file, byte[] content) throws IOException;

  /** Renames a damaged file out of the way. */
  void keepAside(Path file, Path aside) throws IOException;

  static DurableFiles onDisk() {
    return new OnDisk();
  }

  /** Temporary file, fsync, rename, fsync of the directory. */
  final class OnDisk implements DurableFiles {
    private OnDisk() {}

    @Override
    public void write(Path file, byte[] content) throws IOException {
      Path directory = directoryOf(file);
      Path temporary = directory.resolve("." + file.getFileName() + ".new");
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeAll(channel, content);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(directory);
    }

    @Override
    public void delete(Path file) throws IOException {
      if (Files.deleteIfExists(file)) {
        sync(directoryOf(file));
      }
    }

    @Override
    public void append(Path file, byte[] content) throws IOException {
      Files.write(file, content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void appendDurably(Path file, byte[] content) throws IOException {
      boolean created = !Files.exists(file);
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND,
              StandardOpenOption.WRITE)) {
        writeAll(channel, content);
      }
      if (created) {
        sync(directoryOf(file));
      }
    }

    private static void writeAll(FileChannel channel, byte[] content) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }

    @Override
    public void keepAside(Path file, Path aside) throws IOException {
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
      sync(directoryOf(file));
    }

    private static Path directoryOf(Path file) {
      Path directory = file.getParent();
      if (directory == null) {
        throw new IllegalArgumentException("a file of the state directory has a parent: " + file);
      }
      return directory;
    }

    private static void sync(Path directory) throws IOException {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
