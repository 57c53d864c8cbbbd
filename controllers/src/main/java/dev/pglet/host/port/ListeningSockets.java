package dev.pglet.host.port;

import dev.pglet.host.process.ProcessFacts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/** The sockets that listen on this host, from {@code /proc/net/tcp} and {@code tcp6}. */
final class ListeningSockets {
  private static final String LISTENING = "0A";

  /** One of them. */
  record Listener(InetAddress address, int port, int uid, String inode) {
    boolean blocks(InetAddress wanted) {
      return address.isAnyLocalAddress() || wanted.isAnyLocalAddress() || address.equals(wanted);
    }

    Ports.Holder holder() {
      OptionalLong pid = ProcessFacts.oldest(ProcessFacts.holdersOf("socket:[" + inode + "]"));
      if (pid.isEmpty()) {
        return new Ports.Holder(port, 0, "", uid);
      }
      String command = ProcessFacts.command(pid.getAsLong()).orElse("");
      return new Ports.Holder(port, pid.getAsLong(), command, uid);
    }
  }

  private ListeningSockets() {}

  static List<Listener> on(int port) throws IOException {
    List<Listener> listeners = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      Path file = Path.of("/proc/net", table);
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          parse(line.strip(), port, listeners);
        }
      }
    }
    return listeners;
  }

  /** {@code sl local remote st tx:rx tr:when retrnsmt uid timeout inode …}. */
  private static void parse(String line, int port, List<Listener> listeners) throws IOException {
    String[] fields = line.split("\\s+", -1);
    if (fields.length < 10 || !fields[3].equals(LISTENING)) {
      return;
    }
    int colon = fields[1].indexOf(':');
    int found = Integer.parseInt(fields[1], colon + 1, fields[1].length(), 16);
    if (found == port) {
      int uid = Integer.parseUnsignedInt(fields[7]);
      listeners.add(new Listener(address(fields[1].substring(0, colon)), port, uid, fields[9]));
    }
  }

  /** The kernel prints each four bytes as one number of this host's (little endian) order. */
  private static InetAddress address(String hex) throws UnknownHostException {
    byte[] words = HexFormat.of().parseHex(hex);
    byte[] address = new byte[words.length];
    for (int i = 0; i < words.length; i++) {
      address[i] = words[(i & ~3) + 3 - (i & 3)];
    }
    return InetAddress.getByAddress(address);
  }
}
