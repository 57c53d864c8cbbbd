package dev.pglet.host.certificate;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.Ownership;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * The pairs of one server beside its configuration, where it reads and cannot change them. Each has
 * its fingerprint in its name, so that a configuration means one pair for ever, also the one that
 * is gone back to.
 *
 * @param directory of the server's configuration
 */
record CertificateFiles(Path directory, ServerAccount account) {
  static final String PREFIX = "server-";
  static final String CERTIFICATE = ".crt";
  static final String KEY = ".key";
  static final String AUTHORITY = ".ca";

  private static final int HASH_BYTES = 8;

  /**
   * What is in place.
   *
   * @param authority the certificate of the authority, for clients
   * @param closed whether nobody else can read the key
   */
  record InPlace(Pair pair, String authority, boolean closed) {}

  /** The pair with that fingerprint; empty when a file of it is missing. */
  Optional<InPlace> read(String fingerprint) throws IOException {
    try {
      return Optional.of(
          new InPlace(
              new Pair(
                  Files.readString(file(fingerprint, CERTIFICATE)),
                  Files.readString(file(fingerprint, KEY))),
              Files.readString(file(fingerprint, AUTHORITY)),
              closed(file(fingerprint, KEY))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private boolean closed(Path key) throws IOException {
    return account.switching()
        ? Ownership.isReadable(key, account)
        : Files.getPosixFilePermissions(key, LinkOption.NOFOLLOW_LINKS)
            .equals(PosixFilePermissions.fromString("rw-------"));
  }

  void write(String fingerprint, Pair pair, String authority) throws IOException {
    DurableFile.write(file(fingerprint, AUTHORITY), authority, account);
    DurableFile.write(file(fingerprint, CERTIFICATE), pair.certificate(), account);
    DurableFile.write(file(fingerprint, KEY), pair.key(), account);
  }

  /** Removes all pairs but those. */
  void keep(Set<String> fingerprints) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String fingerprint = name.substring(PREFIX.length()).replaceFirst("[.].*", "");
        if (!fingerprints.contains(fingerprint)) {
          Files.delete(file);
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever put there.
      return;
    }
  }

  private Path file(String fingerprint, String ending) {
    return directory.resolve(PREFIX + fingerprint + ending);
  }

  /** Of a pair, and of everything that it was put in place for. */
  static String fingerprint(Pair pair, String authority, String purpose) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {pair.certificate(), pair.key(), authority, purpose}) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
