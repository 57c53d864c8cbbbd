package dev.pglet.host.certificate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** By which names and addresses a server is reached. Asks no name server. */
final class ServerNames {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Pattern DNS =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9-]{1,63})*");
  private static final List<String> WILDCARDS = List.of("0.0.0.0", "::");

  private ServerNames() {}

  /**
   * All of them.
   *
   * @param name of the resource
   * @param bindAddress one address, or one that stands for all of this host
   */
  static SortedSet<String> of(String name, String bindAddress) throws IOException {
    SortedSet<String> names = new TreeSet<>(List.of("localhost", "127.0.0.1", plain("::1"), name));
    String host = Files.readString(HOST_NAME).strip();
    if (DNS.matcher(host).matches()) {
      names.add(host);
    }
    if (WILDCARDS.contains(bindAddress)) {
      for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
        network
            .inetAddresses()
            .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
            .forEach(address -> names.add(plain(address)));
      }
    } else {
      names.add(bindAddress.equals("localhost") ? bindAddress : plain(bindAddress));
    }
    return names;
  }

  /** As certificates show an address, whatever way it was written. */
  private static String plain(String literal) {
    return plain(InetAddress.ofLiteral(literal));
  }

  private static String plain(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
