package dev.pglet.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether somebody sits before this process. */
public final class Terminal {
  private static final List<String> TERMINALS = List.of("/dev/pts/", "/dev/tty", "/dev/console");

  private Terminal() {}

  /** Whether both standard input and standard output are a terminal. */
  public static boolean attached() {
    return isTerminal(0) && isTerminal(1);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String behind = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return TERMINALS.stream().anyMatch(behind::startsWith);
    } catch (IOException e) {
      return false;
    }
  }
}
