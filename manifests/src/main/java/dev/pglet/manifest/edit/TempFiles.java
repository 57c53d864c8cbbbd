package dev.pglet.manifest.edit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names and contents of the files that stand beside a manifest while it is replaced. All begin
 * with a dot, so that no scan takes one for a manifest, and tell by their names what they are, so
 * that what a killed process left can be judged.
 */
final class TempFiles {
  /** A file that is being written: never part of anything. */
  private static final Pattern NEW = Pattern.compile("\\.(.+)\\.pglet-new-[0-9a-f]{8}");

  /** A file that is or was exchanged with the target. */
  private static final Pattern SWAP =
      Pattern.compile("\\.(.+)\\.pglet-swap-([0-9a-f]{16})-([0-9a-f]{16})-[0-9a-f]{8}");

  private static final Set<PosixFilePermission> PERMISSIONS =
      PosixFilePermissions.fromString("rw-r--r--");

  private TempFiles() {}

  /**
   * What the name of a swapped file says.
   *
   * @param expected digest of the content that was to be displaced
   * @param ours digest of the content that was to take its place
   */
  record Swapped(Path file, Path target, String expected, String ours) {}

  static boolean isNew(Path file) {
    return NEW.matcher(name(file)).matches();
  }

  static Optional<Swapped> swapped(Path file) {
    Matcher matcher = SWAP.matcher(name(file));
    return matcher.matches()
        ? Optional.of(
            new Swapped(
                file, file.resolveSibling(matcher.group(1)), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  static Path swapPath(Path target, byte[] expected, byte[] ours) {
    return target.resolveSibling(
        "."
            + name(target)
            + ".pglet-swap-"
            + digest(expected)
            + "-"
            + digest(ours)
            + "-"
            + random());
  }

  /** A name for a copy of what would otherwise be lost; no scan reads it. */
  static Path keptPath(Path target) {
    return target.resolveSibling(name(target) + ".kept-by-pglet-" + random());
  }

  /** Writes and syncs a new file beside the target. */
  static Path write(Path target, byte[] content) throws IOException {
    Path temp = target.resolveSibling("." + name(target) + ".pglet-new-" + random());
    boolean whole = false;
    try (FileChannel channel =
        FileChannel.open(
            temp,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PERMISSIONS))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
      whole = true;
    } finally {
      if (!whole) {
        Files.deleteIfExists(temp);
      }
    }
    return temp;
  }

  /** Gives a file the owner, group and mode of another. */
  static void copyOwnerAndMode(FileStamp from, Path to) throws IOException {
    FileStamp now = FileStamp.of(to);
    if (now.owner() != from.owner()) {
      Files.setAttribute(to, "unix:uid", from.owner());
    }
    if (now.group() != from.group()) {
      Files.setAttribute(to, "unix:gid", from.group());
    }
    if (FileStamp.of(to).permissions() != from.permissions()) {
      Files.setAttribute(to, "unix:mode", from.permissions());
    }
  }

  /** Makes renames in the directory of the file durable. */
  static void syncDirectoryOf(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    try (FileChannel channel =
        FileChannel.open(directory == null ? Path.of("/") : directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static String digest(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String name(Path file) {
    return file.getName(file.getNameCount() - 1).toString();
  }

  private static String random() {
    return UUID.randomUUID().toString().substring(0, 8);
  }
}
