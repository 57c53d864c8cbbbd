package dev.pglet.server;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.certificate.Certificates;
import dev.pglet.host.port.Ports;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.Connections;
import dev.pglet.host.postgres.PostgresBinaries;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The host as a server needs it: its ports, and where things lie.
 *
 * @param account that the server runs as
 */
public record ServerHost(
    Settings settings,
    ServerAccount account,
    Volumes volumes,
    Pools pools,
    Ports ports,
    PostgresBinaries binaries,
    PostgresServer server,
    Connections connections,
    InstantSource clock,
    Certificates certificates) {
  /** The fact in a marker: which pair was put in place last. */
  static final String CERTIFICATE_FACT = "certificate";

  /** Linux holds a socket's path in 108 bytes, PostgreSQL uses 107 with the closing NUL. */
  private static final int LONGEST_SOCKET_PATH = 106;

  /** The same to a server that runs as another account. */
  ServerHost as(ServerAccount other) {
    return other.equals(account)
        ? this
        : new ServerHost(
            settings,
            other,
            volumes,
            pools,
            ports,
            binaries.as(other),
            server,
            connections,
            clock,
            certificates);
  }

  /**
   * The volume of one incarnation, if it is there.
   *
   * @throws ReconcileException when it was not found, and may be in what could not be read
   */
  public Optional<Volume> volume(String uid, int incarnation) throws ReconcileException {
    return pools.inventory().find(uid, incarnation);
  }

  /**
   * Where the server's Unix socket is made.
   *
   * @throws HostUnavailable when its path would be longer than the system allows
   */
  public Path socketDirectory(String uid) throws HostUnavailable {
    return socketDirectory(settings.runDirectory(), uid);
  }

  static Path socketDirectory(Path runDirectory, String uid) throws HostUnavailable {
    Path directory = runDirectory.resolve(uid.substring(0, 8));
    Path longest = privateSocketDirectory(directory).resolve(".s.PGSQL.65535");
    int bytes = longest.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST_SOCKET_PATH) {
      throw new HostUnavailable(
          "SocketPathTooLong",
          "the socket path %s has %d bytes, and the system allows %d"
              .formatted(longest, bytes, LONGEST_SOCKET_PATH),
          "Choose a shorter run directory with PGLET_RUN_DIRECTORY");
    }
    return directory;
  }

  /** Where the socket is while a server is closed to clients: beside the other directory. */
  public static Path privateSocketDirectory(Path socketDirectory) {
    return socketDirectory.resolveSibling(socketDirectory.getFileName() + "-private");
  }

  /**
   * The configuration that a spec gives on a volume.
   *
   * @param with that the server runs with; empty while they are not there
   */
  public Configuration configuration(ServerSpec spec, Volume volume, Optional<Binaries> with)
      throws ReconcileException {
    TreeSet<String> superusers = new TreeSet<>();
    superusers.add(System.getProperty("user.name"));
    superusers.add(account.name());
    return Configuration.render(
        ServerSettings.of(spec, volume, with, socketDirectory(spec.uid())),
        superusers,
        spec.access());
  }

  /** Whose certificate it is. */
  Certificates.Server certified(ServerSpec spec, Volume volume) {
    return new Certificates.Server(
        spec.key().name(),
        spec.bindAddress(),
        configurations(volume),
        Optional.ofNullable(volume.marker().fact(CERTIFICATE_FACT)),
        account);
  }

  public static Path log(Volume volume) {
    return logs(volume).resolve("server.log");
  }

  /** The directory of the file that every server writes to before all else. */
  public static Path logs(Volume volume) {
    return volume.directory().resolve("log");
  }

  public static Path lock(Volume volume) {
    return volume.directory().resolve("server.lock");
  }

  /** The configuration in force, the candidate, the last good one and the refused one. */
  public static Path configurations(Volume volume) {
    return volume.directory().resolve("config");
  }
}
