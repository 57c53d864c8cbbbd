package dev.pglet.server;

import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * From which run directory a server is served, as its configuration says. That tells the volumes of
 * several data roots in one pool apart when their markers do not: a run directory belongs to one.
 */
public final class ServedFrom {
  private ServedFrom() {}

  /** Whether it is certainly this one; not for a server that was never configured. */
  public static Predicate<Volume> runDirectoryOf(Settings settings) {
    return volume -> {
      Path sockets = settings.runDirectory().resolve(volume.marker().uid().substring(0, 8));
      try {
        String main =
            RegularFiles.text(
                ServerHost.configurations(volume),
                RememberedConfigurations.MAIN,
                RememberedConfigurations.LONGEST);
        return sockets
            .toString()
            .equals(Configuration.settingsOf(main).get("unix_socket_directories"));
      } catch (IOException e) {
        return false;
      }
    };
  }
}
