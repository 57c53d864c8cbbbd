package dev.pglet.server;

import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;

/** Where a volume's running server is reached. */
public final class RunningServer {
  private RunningServer() {}

  /** Opens a superuser's session, wherever the running server listens now. */
  public static SuperuserSession session(Connections connections, Volume volume, String database)
      throws ReconcileException {
    PidFile pidFile = PidFile.read(volume.data()).orElseThrow(() -> gone(volume));
    Path socket = pidFile.socketDirectory().orElseThrow(() -> gone(volume));
    return SuperuserSession.open(connections, socket, pidFile.port(), database);
  }

  private static HostUnavailable gone(Volume volume) {
    return new HostUnavailable(
        "ServerGone",
        "the server of " + volume.marker().key() + " does not run",
        "Nothing needs to be done if it shall run: it is started again");
  }
}
