package dev.pglet.host.connection;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.SocketFactory;

/** Made by pgjdbc by name; its argument is the path of the socket. */
public final class UnixSocketFactory extends SocketFactory {
  private final Path path;

  public UnixSocketFactory(String path) {
    this.path = Path.of(requireNonNull(path, "path is null"));
  }

  @Override
  public Socket createSocket() throws IOException {
    return new UnixSocket(path);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw tcp();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    throw tcp();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw tcp();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    throw tcp();
  }

  private static IOException tcp() {
    return new IOException("this factory makes Unix sockets only");
  }
}
