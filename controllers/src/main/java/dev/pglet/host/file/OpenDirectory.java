package dev.pglet.host.file;

import dev.pglet.host.libc.CLibrary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory held open, for trees that another account may write to: a name in it means that name
 * in this very directory, whatever is renamed or linked meanwhile. No symbolic link is followed, no
 * pipe is waited for. What is opened is reached by {@code /proc/self/fd}, which leads to the opened
 * file itself and not to a path. Used by one thread.
 */
public final class OpenDirectory implements AutoCloseable {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** As the user knows it, for messages. */
  private final Path path;

  private final int descriptor;

  private OpenDirectory(Path path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** Opens the directory at the path. Only its last name may be in others' hands. */
  public static OpenDirectory open(Path directory) throws IOException {
    return new OpenDirectory(
        directory, descriptor(SystemFiles.NO_DIRECTORY, directory, directory, true));
  }

  /** Opens a directory in this one. */
  public OpenDirectory directory(Path name) throws IOException {
    Path inside = path.resolve(single(name));
    return new OpenDirectory(inside, descriptor(descriptor, name, inside, true));
  }

  /**
   * Opens a regular file in this directory for reading; anything else is an error. So is another
   * owner than the directory's where that is not root: a hard link to somebody else's file.
   */
  public FileChannel file(Path name) throws IOException {
    Path inside = path.resolve(single(name));
    int opened = descriptor(descriptor, name, inside, false);
    try {
      Path itself = DESCRIPTORS.resolve(Integer.toString(opened));
      if (!Files.isRegularFile(itself)) {
        throw new FileSystemException(inside.toString(), null, "is no regular file");
      }
      requireSameOwner(itself, inside);
      return FileChannel.open(itself, StandardOpenOption.READ);
    } catch (FileSystemException e) {
      throw translated(e, inside);
    } finally {
      CLibrary.close(opened);
    }
  }

  /** The names in this directory, in no order. */
  public List<Path> names() throws IOException {
    List<Path> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(itself())) {
      entries.forEach(entry -> names.add(entry.getFileName()));
    } catch (DirectoryIteratorException e) {
      throw new IOException("listing " + path + ": " + e.getMessage(), e);
    } catch (FileSystemException e) {
      throw translated(e, path);
    }
    return names;
  }

  /** What the name is, itself and not what it links to; empty when it is gone. */
  public Optional<PosixFileAttributes> attributes(Path name) throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(
              itself().resolve(single(name)),
              PosixFileAttributes.class,
              LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      throw translated(e, path.resolve(name));
    }
  }

  /** Removes a file, a link or an empty directory; an absent one is removed already. */
  public void delete(Path name) throws IOException {
    try {
      Files.deleteIfExists(itself().resolve(single(name)));
    } catch (FileSystemException e) {
      throw translated(e, path.resolve(name));
    }
  }

  /** Makes the names in this directory durable. */
  public void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(itself(), StandardOpenOption.READ)) {
      channel.force(true);
    } catch (FileSystemException e) {
      throw translated(e, path);
    }
  }

  /**
   * Makes all that is on this directory's file system durable; false where the system does not
   * allow that.
   *
   * @throws IOException when the disk has reported an error since this directory was opened
   */
  public boolean syncFileSystem() throws IOException {
    int error = SystemFiles.syncFileSystem(descriptor);
    if (error != 0 && error != SystemFiles.ENOSYS && error != SystemFiles.EPERM) {
      throw new FileSystemException(
          path.toString(), null, "syncing its file system: system error " + error);
    }
    return error == 0;
  }

  /** Which file system this directory is on. */
  long device() throws IOException {
    return (Long) Files.getAttribute(itself(), "unix:dev");
  }

  /** Where this directory is, as it was when it was opened. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    CLibrary.close(descriptor);
  }

  private Path itself() {
    return DESCRIPTORS.resolve(Integer.toString(descriptor));
  }

  private void requireSameOwner(Path opened, Path shown) throws IOException {
    int owner = uid(itself());
    int found = uid(opened);
    if (owner != 0 && found != owner) {
      throw new FileSystemException(
          shown.toString(),
          null,
          "belongs to uid %d and its directory to uid %d, so whose content it is is not known; if it is meant to be here, run: chown -h %d %s"
              .formatted(found, owner, owner, shown));
    }
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }

  private static Path single(Path name) {
    String text = name.toString();
    if (name.isAbsolute()
        || name.getNameCount() != 1
        || text.isEmpty()
        || text.equals(".")
        || text.equals("..")) {
      throw new IllegalArgumentException("not the name of an entry: " + name);
    }
    return name;
  }

  private static int descriptor(int in, Path name, Path shown, boolean directory)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes(name));
      SystemFiles.Opened opened = SystemFiles.openAt(in, text, directory);
      return switch (opened.error()) {
        case 0 -> opened.descriptor();
        case SystemFiles.ENOENT -> throw new NoSuchFileException(shown.toString());
        case SystemFiles.EACCES -> throw new AccessDeniedException(shown.toString());
        case SystemFiles.ENOTDIR ->
            throw new FileSystemException(
                shown.toString(), null, "is no directory, and a link to one is not followed here");
        case SystemFiles.ELOOP ->
            throw new FileSystemException(
                shown.toString(), null, "is a symbolic link, which is not followed here");
        case SystemFiles.ENXIO ->
            throw new FileSystemException(shown.toString(), null, "is no regular file");
        default ->
            throw new FileSystemException(
                shown.toString(), null, "cannot be opened: system error " + opened.error());
      };
    }
  }

  /**
   * A name as the system has it, ended by zero. Names need not be text, and Java shows a path's own
   * bytes only in its URI.
   */
  private static byte[] bytes(Path name) {
    String text = name.toString();
    if (text.chars().allMatch(c -> c > 0 && c < 0x80)) {
      return (text + "\0").getBytes(StandardCharsets.US_ASCII);
    }
    String raw = name.toUri().getRawPath();
    if (raw.endsWith("/")) {
      raw = raw.substring(0, raw.length() - 1);
    }
    if (!name.isAbsolute()) {
      raw = raw.substring(raw.lastIndexOf('/') + 1);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    bytes.write(0);
    return bytes.toByteArray();
  }

  private static FileSystemException translated(FileSystemException e, Path shown) {
    String file = shown.toString();
    if (file.equals(e.getFile())) {
      return e;
    }
    FileSystemException translated =
        switch (e) {
          case NoSuchFileException _ -> new NoSuchFileException(file);
          case DirectoryNotEmptyException _ -> new DirectoryNotEmptyException(file);
          case AccessDeniedException _ -> new AccessDeniedException(file);
          case NotDirectoryException _ -> new NotDirectoryException(file);
          default -> new FileSystemException(file, null, e.getReason());
        };
    translated.initCause(e);
    return translated;
  }
}
