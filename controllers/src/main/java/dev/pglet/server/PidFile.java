package dev.pglet.server;

import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a running server wrote into {@code postmaster.pid}: lines 4, 5 and 8, as PostgreSQL's {@code
 * miscadmin.h} defines them. Proves nothing of the process.
 *
 * @param socketDirectory empty when it belongs to another account than the data does
 */
record PidFile(int port, Optional<Path> socketDirectory, boolean ready) {
  private static final int PORT_LINE = 3;
  private static final int SOCKET_LINE = 4;
  private static final int STATUS_LINE = 7;
  private static final int LONGEST = 64 << 10;

  /** Whether the server accepts connections, and yet its socket has been removed. */
  boolean socketGone() {
    return ready
        && socketDirectory
            .map(directory -> !Files.exists(directory.resolve(".s.PGSQL." + port)))
            .orElse(false);
  }

  /** Empty while the server has not written so far. */
  static Optional<PidFile> read(Path data) {
    try {
      List<String> lines = RegularFiles.text(data, "postmaster.pid", LONGEST).lines().toList();
      if (lines.size() <= SOCKET_LINE || !lines.get(PORT_LINE).strip().matches("[0-9]{1,5}")) {
        return Optional.empty();
      }
      String socket = lines.get(SOCKET_LINE).strip();
      return Optional.of(
          new PidFile(
              Integer.parseInt(lines.get(PORT_LINE).strip()),
              socket.isEmpty()
                  ? Optional.empty()
                  : Optional.of(Path.of(socket)).filter(directory -> ownedAlike(directory, data)),
              lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready")));
    } catch (IOException | InvalidPathException e) {
      // The server is going away: the next observation sees that.
      return Optional.empty();
    }
  }

  /**
   * The server's account may write anything into the file: what is meant for this server must not
   * be sent to one of another account. A directory that is gone leads nowhere.
   */
  private static boolean ownedAlike(Path directory, Path data) {
    try {
      // By number: for a name a directory service may be asked, which may hang.
      return Files.getAttribute(directory, "unix:uid").equals(Files.getAttribute(data, "unix:uid"));
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
