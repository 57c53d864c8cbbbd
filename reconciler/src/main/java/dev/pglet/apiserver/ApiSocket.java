package dev.pglet.apiserver;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file of the API's socket. The server binds in a private directory, where the file gets its
 * mode 0600, and is then renamed into place: nobody can connect before that, and the stale socket
 * of a dead daemon is replaced without a moment in which there is none.
 */
final class ApiSocket {
  /** What the kernel holds of a socket's path, without the final zero byte. */
  static final int MOST_BYTES = 107;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final Path privateDirectory;

  ApiSocket(Path path) {
    this.path = path;
    this.privateDirectory = path.resolveSibling("." + path.getFileName() + ".d");
  }

  /** Where to bind first. */
  Path binding() {
    return privateDirectory.resolve("s");
  }

  /**
   * Makes {@link #binding} free to bind.
   *
   * @throws Refused when a daemon answers on the socket
   */
  void prepare() throws Refused, HostUnavailable {
    int length = binding().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MOST_BYTES) {
      throw new HostUnavailable(
          "SocketPathTooLong",
          "the path of the API socket, %s, is %d bytes too long for a Unix socket"
              .formatted(path, length - MOST_BYTES),
          "Choose a shorter run directory with --run-directory or PGLET_RUN_DIRECTORY");
    }
    if (answers(path)) {
      throw new Refused(
          "DaemonRunning",
          "another pglet answers on " + path,
          "Use it, end it with Ctrl-C or SIGTERM, or set PGLET_DATA_ROOT to work beside it");
    }
    try {
      Files.createDirectories(path.getParent());
      Files.deleteIfExists(binding());
      Files.deleteIfExists(privateDirectory);
      Files.createDirectory(
          privateDirectory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw cannot("prepare", e);
    }
  }

  /**
   * That it can be bound at all, which is tried, because Helidon logs the reason and goes on.
   *
   * @throws HostUnavailable with the reason
   */
  void requireBindable() throws HostUnavailable {
    try {
      try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.bind(UnixDomainSocketAddress.of(binding()));
      }
      Files.deleteIfExists(binding());
    } catch (IOException e) {
      throw cannot("bind", e);
    }
  }

  /** Puts the bound socket into its place. */
  void publish() throws HostUnavailable {
    try {
      Files.setPosixFilePermissions(binding(), OWNER_ONLY);
      Files.move(binding(), path, StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(privateDirectory);
    } catch (IOException e) {
      throw cannot("publish", e);
    }
  }

  /** Removes the file, after the server has stopped. */
  void remove() throws HostUnavailable {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw cannot("remove", e);
    }
  }

  /** Whether a server accepts connections there. */
  static boolean answers(Path path) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return channel.isConnected();
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  HostUnavailable cannot(String what, IOException e) {
    return new HostUnavailable(
        "ApiSocketUnavailable",
        "cannot %s the API socket %s: %s".formatted(what, path, e),
        "Make its directory writable for this user, or choose another with --run-directory",
        e);
  }
}
