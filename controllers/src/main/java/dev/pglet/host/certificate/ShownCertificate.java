package dev.pglet.host.certificate;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Asks a server of PostgreSQL over TCP which certificate it shows: the only proof that it has
 * loaded a new one, as it goes on with the old one when it cannot.
 */
public final class ShownCertificate {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int REQUEST_LENGTH = 8;
  private static final int REQUEST_CODE = 80877103;

  private ShownCertificate() {}

  /**
   * The certificate.
   *
   * @throws java.net.ConnectException when nobody listens there
   * @throws IOException when no session by TLS is possible
   */
  public static X509Certificate at(InetSocketAddress address) throws IOException {
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(Math.toIntExact(TIMEOUT.toMillis()));
      plain.connect(address, Math.toIntExact(TIMEOUT.toMillis()));
      plain
          .getOutputStream()
          .write(
              ByteBuffer.allocate(REQUEST_LENGTH)
                  .putInt(REQUEST_LENGTH)
                  .putInt(REQUEST_CODE)
                  .array());
      InputStream in = plain.getInputStream();
      if (in.read() != 'S') {
        throw new IOException("it offers no TLS");
      }
      return handshake(plain, address);
    }
  }

  private static X509Certificate handshake(Socket plain, InetSocketAddress address)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Any()}, null);
      try (SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(plain, address.getHostString(), address.getPort(), false)) {
        socket.startHandshake();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS is not possible: " + e.getMessage(), e);
    }
  }

  /** Nothing is sent: which certificate it is decides the caller. */
  private static final class Any implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
