package dev.pglet.server.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses as people write them. Never asks a name server. */
public final class NetworkAddress {
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:]*");
  private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final int BITS_OF_A_BYTE = 8;

  private NetworkAddress() {}

  /** The address of one interface, in one of its usual forms; empty for everything else. */
  public static Optional<InetAddress> literal(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      // 010.0.0.1 is another address for C than for Java.
      return address instanceof Inet4Address && !address.getHostAddress().equals(text)
          ? Optional.empty()
          : Optional.of(address);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The address of a network such as {@code 10.0.0.0/8}; empty for everything else. */
  public static Optional<InetAddress> network(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String length = text.substring(slash + 1);
    return literal(text.substring(0, slash))
        .filter(address -> PREFIX.matcher(length).matches())
        .filter(
            address -> Integer.parseInt(length) <= address.getAddress().length * BITS_OF_A_BYTE);
  }

  /** A single address as the network that holds nothing else; anything else as it is. */
  public static String asNetwork(String text) {
    return literal(text)
        .map(address -> text + "/" + address.getAddress().length * BITS_OF_A_BYTE)
        .orElse(text);
  }

  /** Whether a network lies in the addresses that reach this host alone. */
  static boolean isLoopback(String network) {
    boolean loopback = network(network).map(InetAddress::isLoopbackAddress).orElse(false);
    int length = loopback ? Integer.parseInt(network.substring(network.indexOf('/') + 1)) : 0;
    return loopback && length >= (network.contains(":") ? 128 : BITS_OF_A_BYTE);
  }
}
