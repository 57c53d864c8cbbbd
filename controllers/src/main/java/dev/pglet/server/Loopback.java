package dev.pglet.server;

import java.util.regex.Pattern;

/** Whether an address as written reaches only this host. Never asks a name server. */
final class Loopback {
  private static final Pattern IPV4 =
      Pattern.compile("127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}");

  private Loopback() {}

  static boolean is(String address) {
    return IPV4.matcher(address).matches() || address.equals("::1") || address.equals("localhost");
  }
}
