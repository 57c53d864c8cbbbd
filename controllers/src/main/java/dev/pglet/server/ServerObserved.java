package dev.pglet.server;

import dev.pglet.host.certificate.CertificateSeen;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.volume.Volume;
import dev.pglet.server.place.PlacesSeen;
import dev.pglet.supervision.DoneTokens;
import dev.pglet.supervision.Ends;
import dev.pglet.supervision.Supervision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What there is of a server.
 *
 * @param binaries for the version that the spec asks for
 * @param volume of the wanted incarnation
 * @param control empty until the data directory is there
 * @param port of the volume; the running server may still listen on another one
 * @param socketDirectory where its Unix socket is, whether it runs or not
 * @param runningPort of the running server, as its postmaster.pid says
 * @param socketGone whether it accepts connections and its socket has been removed
 * @param lockHeld whether a process of a server that has died still lives, and may write
 * @param desired the configuration that the spec gives; empty until the port is known
 * @param mainOnDisk the text of postgresql.conf; empty when it is missing
 * @param configurationOnDisk whether all three files are as desired
 * @param drift what is not as pglet has left it, for people; empty while the spec, too, wants
 *     something else
 * @param changes names of settings that differ between the file and the spec
 * @param lastGoodHash of the newest configuration that a server has started with
 * @param refused the newest configuration that these binaries did not accept
 * @param live empty while no session is possible
 * @param secured whether all of the volume but its data is where, and whose, it must be
 * @param certificate what clients are shown
 * @param places what there is of the places that it shall have
 * @param supervision why it may be down, and what keeps it from being started
 */
public record ServerObserved(
    Resolution binaries,
    Optional<Volume> volume,
    Optional<ControlData> control,
    Optional<Integer> port,
    Path socketDirectory,
    Optional<Postmaster> postmaster,
    Readiness readiness,
    Optional<Integer> runningPort,
    boolean socketGone,
    boolean lockHeld,
    Optional<Configuration> desired,
    Optional<String> mainOnDisk,
    boolean configurationOnDisk,
    List<String> drift,
    SortedSet<String> changes,
    Optional<String> lastGoodHash,
    Optional<RefusedConfiguration> refused,
    Optional<LiveServer> live,
    boolean secured,
    CertificateSeen certificate,
    PlacesSeen places,
    Supervision supervision) {
  public ServerObserved {
    drift = List.copyOf(drift);
  }

  /**
   * A configuration that the binaries did not accept, or that no server could start with.
   *
   * @param hash of that configuration
   * @param problems at least one
   */
  public record RefusedConfiguration(String hash, List<Problem> problems) {
    /**
     * One thing that was not accepted.
     *
     * @param field of the spec that is to blame
     * @param message in the server's own words
     */
    public record Problem(String field, String message) {}

    public RefusedConfiguration {
      problems = List.copyOf(problems);
    }
  }

  /** Of which nothing is wrong. */
  public ServerObserved(
      Resolution binaries,
      Optional<Volume> volume,
      Optional<ControlData> control,
      Optional<Integer> port,
      Path socketDirectory,
      Optional<Postmaster> postmaster,
      Readiness readiness,
      Optional<Integer> runningPort,
      boolean socketGone,
      boolean lockHeld,
      Optional<Configuration> desired,
      Optional<String> mainOnDisk,
      boolean configurationOnDisk,
      List<String> drift,
      SortedSet<String> changes,
      Optional<String> lastGoodHash,
      Optional<RefusedConfiguration> refused,
      Optional<LiveServer> live,
      boolean secured,
      CertificateSeen certificate) {
    this(
        binaries,
        volume,
        control,
        port,
        socketDirectory,
        postmaster,
        readiness,
        runningPort,
        socketGone,
        lockHeld,
        desired,
        mainOnDisk,
        configurationOnDisk,
        drift,
        changes,
        lastGoodHash,
        refused,
        live,
        secured,
        certificate,
        PlacesSeen.NONE,
        Supervision.NONE);
  }

  /** The directories in which there must be space for the server of a volume. */
  public static List<Path> directories(Volume volume) {
    return SupervisionObserver.directories(volume);
  }

  /** With what there is of the places that it shall have. */
  public ServerObserved placed(PlacesSeen newPlaces) {
    return new ServerObserved(
        binaries,
        volume,
        control,
        port,
        socketDirectory,
        postmaster,
        readiness,
        runningPort,
        socketGone,
        lockHeld,
        desired,
        mainOnDisk,
        configurationOnDisk,
        drift,
        changes,
        lastGoodHash,
        refused,
        live,
        secured,
        certificate,
        newPlaces,
        supervision);
  }

  /** With other facts about why it may be down. */
  public ServerObserved supervised(Supervision newSupervision) {
    return new ServerObserved(
        binaries,
        volume,
        control,
        port,
        socketDirectory,
        postmaster,
        readiness,
        runningPort,
        socketGone,
        lockHeld,
        desired,
        mainOnDisk,
        configurationOnDisk,
        drift,
        changes,
        lastGoodHash,
        refused,
        live,
        secured,
        certificate,
        places,
        newSupervision);
  }

  /** The binaries, when they are there. */
  public Optional<Binaries> readyBinaries() {
    return binaries instanceof Resolution.Ready ready
        ? Optional.of(ready.binaries())
        : Optional.empty();
  }

  /** Which restarts and reloads that somebody asked for are done. */
  public DoneTokens doneTokens() {
    return DoneTokens.of(volume.map(there -> there.marker().facts()).orElse(Map.of()), postmaster);
  }

  /** How often it has ended by itself. */
  public Ends ends() {
    return Ends.of(volume.map(there -> there.marker().facts()).orElse(Map.of()));
  }

  public boolean initialized() {
    return control.isPresent();
  }

  public boolean running() {
    return postmaster.isPresent();
  }

  /** Whether clients can connect, on the wanted port. */
  public boolean accepting() {
    return readiness == Readiness.ACCEPTING && runningPort.equals(port);
  }
}
