package dev.pglet.host.file;

import dev.pglet.host.account.ServerAccount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Replaces small files so that a crash leaves the old or the new text, never a part. Stateless. */
public final class DurableFile {
  private DurableFile() {}

  /** Writes the file, readable by its owner only: beside, synced, renamed, directory synced. */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, content, Optional.empty());
  }

  /** The same for a file that the account can read, and only this process write. */
  public static void write(Path file, String content, ServerAccount reader) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8), Optional.of(reader));
  }

  private static void write(Path file, byte[] content, Optional<ServerAccount> reader)
      throws IOException {
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    try {
      try (FileChannel channel =
          FileChannel.open(
              beside,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      if (reader.isPresent()) {
        Ownership.letRead(beside, reader.get());
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
    syncParent(file);
  }

  /** Removes the file durably; an absent one is removed already. */
  public static void delete(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      syncParent(file);
    }
  }

  /** Renames durably; both names lie on one file system, the target does not exist. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    syncParent(to);
    Path parent = from.toAbsolutePath().getParent();
    if (parent != null && !parent.equals(to.toAbsolutePath().getParent())) {
      sync(parent);
    }
  }

  /** Makes the names in the path's directory durable. */
  public static void syncParent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      sync(parent);
    }
  }

  /** Syncs one file or directory. Linux syncs through a descriptor that was opened for reading. */
  public static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
