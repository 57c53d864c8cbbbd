package dev.pglet.server;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresBinaries.Sticky;
import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads what there is of a server. Changes nothing, spawns nothing. Thread-safe. */
public final class ServerObserver {
  private final ServerHost host;
  private final LiveServerQuery query;

  public ServerObserver(ServerHost host) {
    this.host = requireNonNull(host, "host is null");
    this.query = new LiveServerQuery(host.connections());
  }

  /** Observes the incarnation that the spec names. */
  public ServerObserved observe(ServerSpec spec) throws ReconcileException {
    Optional<Volume> volume = host.volume(spec.uid(), spec.incarnation());
    Path socketDirectory = host.socketDirectory(spec.uid());
    Resolution binaries =
        host.binaries()
            .resolve(
                spec.version(),
                spec.binaries(),
                volume.map(Volume::marker).flatMap(ServerObserver::sticky));
    if (volume.isEmpty()) {
      return new ServerObserved(
          binaries,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          socketDirectory,
          Optional.empty(),
          Readiness.SILENT,
          Optional.empty(),
          false,
          false,
          Optional.empty(),
          Optional.empty(),
          false,
          new TreeSet<>(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
    return observeVolume(spec, volume.get(), binaries, socketDirectory);
  }

  private ServerObserved observeVolume(
      ServerSpec spec, Volume volume, Resolution binaries, Path socketDirectory)
      throws ReconcileException {
    Path data = volume.data();
    boolean initialized = Files.isDirectory(data);
    Optional<ControlData> control =
        initialized ? Optional.of(host.server().controlData(data)) : Optional.empty();
    Optional<Postmaster> postmaster = initialized ? host.server().find(data) : Optional.empty();
    Optional<PidFile> pidFile = postmaster.isPresent() ? PidFile.read(data) : Optional.empty();
    Path socket = pidFile.flatMap(PidFile::socketDirectory).orElse(socketDirectory);
    Optional<Integer> runningPort = pidFile.map(PidFile::port);
    Readiness readiness =
        runningPort.isPresent()
            ? host.server().readiness(socket, runningPort.get())
            : Readiness.SILENT;

    Configuration desired = host.configuration(spec, volume.marker().port());
    Optional<String> main = text(data.resolve("postgresql.conf"));
    SortedSet<String> changes =
        initialized && main.isPresent() ? desired.differences(main.get()) : new TreeSet<>();
    boolean onDisk =
        main.equals(Optional.of(desired.main()))
            && text(data.resolve("pg_hba.conf")).equals(Optional.of(desired.access()))
            && text(data.resolve("pg_ident.conf")).equals(Optional.of(desired.identities()));
    Path remembered = ServerHost.configurations(volume);
    Optional<LiveServer> live =
        readiness == Readiness.ACCEPTING && runningPort.isPresent()
            ? Optional.of(live(spec, socket, runningPort.get(), desired, changes))
            : Optional.empty();
    return new ServerObserved(
        binaries,
        Optional.of(volume),
        control,
        Optional.of(volume.marker().port()),
        socket,
        postmaster,
        readiness,
        runningPort,
        pidFile.map(PidFile::socketGone).orElse(false),
        initialized && postmaster.isEmpty() && host.server().lockHeld(ServerHost.lock(volume)),
        Optional.of(desired),
        main,
        onDisk,
        changes,
        text(remembered.resolve(RememberedConfigurations.LAST_GOOD).resolve("postgresql.conf"))
            .flatMap(Configuration::hashOf),
        refused(remembered),
        live);
  }

  private LiveServer live(
      ServerSpec spec, Path socket, int port, Configuration desired, SortedSet<String> changes)
      throws HostUnavailable {
    try {
      return query.ask(socket, port, desired.settings().keySet(), changes);
    } catch (SQLException e) {
      throw new HostUnavailable(
          "ServerUnreachable",
          "asking the server of %s on port %d: %s".formatted(spec.key(), port, e.getMessage()),
          "See the log of the server; it is asked again",
          e);
    }
  }

  static Optional<Sticky> sticky(VolumeMarker marker) {
    return marker.version().isEmpty()
        ? Optional.empty()
        : Optional.of(new Sticky(marker.binariesSource(), PostgresVersion.parse(marker.version())));
  }

  private static Optional<RefusedConfiguration> refused(Path remembered) throws HostUnavailable {
    return text(remembered.resolve(RememberedConfigurations.REFUSED))
        .flatMap(RememberedConfigurations::parseRefused);
  }

  private static Optional<String> text(Path file) throws HostUnavailable {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new HostUnavailable(
          "FileUnreadable",
          "reading " + file + ": " + e.getMessage(),
          "Make it readable for the account of pglet",
          e);
    }
  }
}
