package dev.pglet.host.port;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which ports a server may listen on: servers never run as root. */
public final class UnprivilegedPorts {
  private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int USUAL = 1024;

  private UnprivilegedPorts() {}

  /** The first one, as the kernel says; a container often has 0. */
  public static int first() {
    try {
      return Integer.parseInt(Files.readString(SETTING).strip());
    } catch (IOException | NumberFormatException e) {
      // An older kernel has no such setting, and the usual rule.
      return USUAL;
    }
  }
}
