package dev.pglet.server;

import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.supervision.DiskSpace;
import dev.pglet.supervision.Ends;
import dev.pglet.supervision.Supervision;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads why a server may be down, and what keeps it from being started. Changes nothing. */
final class SupervisionObserver {
  private final ServerHost host;

  SupervisionObserver(ServerHost host) {
    this.host = host;
  }

  /**
   * What a server cannot do without: on their file systems there must be space. Without space for
   * its log or archive it runs, and keeps the WAL that it could not archive.
   */
  static List<Path> directories(Volume volume) {
    return List.of(volume.data(), volume.data().resolve("pg_wal"), volume.directory());
  }

  /** What the data lacks that was complete once. */
  Optional<String> damage(Volume volume, boolean running) throws ReconcileException {
    if (volume.marker().phase() == VolumeMarker.Phase.BUILDING) {
      return Optional.empty();
    }
    Path data = volume.data();
    Optional<String> missing =
        Files.notExists(data, LinkOption.NOFOLLOW_LINKS)
            ? Optional.of("the data directory " + data + " is gone")
            : host.server().damage(data);
    return missing.map(
        what ->
            "%s. %s, and the data is never made anew by itself. To go on: bring the files back (mount their file system, or put a whole copy of the data directory in its place), and it is started; or give the data up: pglet delete --data %s, then apply the manifest again, which begins with an empty database"
                .formatted(
                    what,
                    running
                        ? "The server still runs with the files that it has open, and is left alone: save with pg_dump what it still reads"
                        : "No server is started with that",
                    volume.marker().key()));
  }

  /**
   * Looks at a server that is not damaged.
   *
   * @param everRan whether a server has ever started with the data
   */
  Supervision look(
      ServerSpec spec,
      Volume volume,
      Optional<ControlData> control,
      boolean running,
      boolean lockHeld,
      boolean everRan)
      throws ReconcileException {
    Instant now = host.clock().instant();
    Ends ends = Ends.of(volume.marker().facts());
    boolean down = spec.running() && !running && everRan;
    boolean lately = ends.restartedLately(now);
    boolean loop = ends.inARow() >= Ends.LOOP && lately;
    return new Supervision(
        Optional.empty(),
        lockHeld && !running ? host.server().lockHolders(ServerHost.lock(volume)) : List.of(),
        down && ends.endedAt().isEmpty() && control.map(data -> !data.shutDown()).orElse(false),
        ends.next(now) <= 1,
        ends.held(now),
        lately,
        down || loop
            ? Supervision.lastWords(ServerHost.log(volume), spec.places().logs(volume), down)
            : "",
        space(spec, volume));
  }

  DiskSpace space(ServerSpec spec, Volume volume) {
    return DiskSpace.of(directories(volume), spec.lifecycle().minFree());
  }
}
