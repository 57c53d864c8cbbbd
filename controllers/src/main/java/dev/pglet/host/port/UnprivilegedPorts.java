package dev.pglet.host.port;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Which ports a server may listen on: servers never run as root. */
public final class UnprivilegedPorts {
  private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int USUAL = 1024;

  private UnprivilegedPorts() {}

  /** The first one, as the kernel says; a container often has 0. */
  public static int first() {
    // Told to the first read alone: Files would read one byte first, and get 1 of 1024.
    byte[] buffer = new byte[16];
    try (InputStream in = new FileInputStream(SETTING.toFile())) {
      int read = Math.max(0, in.read(buffer));
      return Integer.parseInt(new String(buffer, 0, read, StandardCharsets.US_ASCII).strip());
    } catch (IOException | NumberFormatException e) {
      // An older kernel has no such setting, and the usual rule.
      return USUAL;
    }
  }
}
