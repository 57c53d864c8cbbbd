package dev.pglet.server;

import dev.pglet.host.certificate.CertificateSeen;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresBinaries.Sticky;
import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.place.PlaceChecks;
import dev.pglet.server.place.PlaceFiles;
import dev.pglet.server.place.PlacesSeen;
import dev.pglet.supervision.Supervision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads what there is of a server, with one session when it runs. Changes nothing. */
public final class ServerObserver {
  /** What a kind asks of a server in the session in which the server itself is looked at. */
  @FunctionalInterface
  public interface Question<A> {
    A ask(SuperuserSession session, Volume volume) throws ReconcileException;
  }

  /**
   * A server, and what a kind has asked of it.
   *
   * @param answer empty while no session is possible
   */
  public record Answered<A>(ServerObserved server, Optional<A> answer) {}

  private record Live<A>(LiveServer server, A answer) {}

  /**
   * What the attempt to open a session says.
   *
   * @param live empty unless it is accepting
   */
  private record Reached<A>(Readiness readiness, Optional<Live<A>> live) {}

  private final ServerHost host;
  private final List<InvalidSpec> ofAccount;
  private final SupervisionObserver supervision;
  private final PlaceFiles places;

  /**
   * Of one server.
   *
   * @param ofAccount why it cannot run as the account that its spec asks for
   */
  private ServerObserver(ServerHost host, List<InvalidSpec> ofAccount) {
    this.host = host;
    this.ofAccount = ofAccount;
    this.supervision = new SupervisionObserver(host);
    this.places = new PlaceFiles(host.account());
  }

  /** Observes the incarnation that the spec names. */
  public static <A> Answered<A> observe(ServerHosts hosts, ServerSpec spec, Question<A> question)
      throws ReconcileException {
    Optional<Volume> volume = hosts.ofDaemon().volume(spec.uid(), spec.incarnation());
    List<InvalidSpec> problems = hosts.problems(spec, volume);
    ServerHost host;
    if (volume.isPresent()) {
      host = hosts.of(volume.get());
    } else {
      host = problems.isEmpty() ? hosts.of(spec) : hosts.ofDaemon();
    }
    return new ServerObserver(host, problems).observe(spec, volume, question);
  }

  private <A> Answered<A> observe(ServerSpec spec, Optional<Volume> volume, Question<A> question)
      throws ReconcileException {
    Path socketDirectory = host.socketDirectory(spec.uid());
    Resolution binaries =
        host.binaries()
            .resolve(
                spec.version(),
                spec.binaries(),
                volume.map(Volume::marker).flatMap(ServerObserver::sticky));
    if (volume.isEmpty()) {
      PlacesSeen none =
          new PlacesSeen(problems(spec, Optional.empty()), List.of(), List.of()).by(ofAccount);
      return new Answered<>(absent(binaries, socketDirectory).placed(none), Optional.empty());
    }
    return observeVolume(spec, volume.get(), binaries, socketDirectory, question);
  }

  private static ServerObserved absent(Resolution binaries, Path socketDirectory) {
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
        List.of(),
        new TreeSet<>(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true,
        CertificateSeen.NONE);
  }

  private <A> Answered<A> observeVolume(
      ServerSpec spec,
      Volume volume,
      Resolution binaries,
      Path socketDirectory,
      Question<A> question)
      throws ReconcileException {
    Path data = volume.data();
    // Outside the volume an empty directory may be there before the data is.
    boolean building =
        volume.elsewhere().isPresent() && volume.marker().phase() == VolumeMarker.Phase.BUILDING;
    boolean initialized = !building && Files.isDirectory(data);
    Optional<Postmaster> postmaster = initialized ? host.server().find(data) : Optional.empty();
    Optional<String> damage = supervision.damage(volume, postmaster.isPresent());
    Optional<ControlData> control =
        initialized && damage.isEmpty()
            ? Optional.of(host.server().controlData(data))
            : Optional.empty();
    Optional<PidFile> pidFile = postmaster.isPresent() ? PidFile.read(data) : Optional.empty();
    Path socket = pidFile.flatMap(PidFile::socketDirectory).orElse(socketDirectory);
    Optional<Integer> runningPort = pidFile.map(PidFile::port);

    Configuration desired = host.configuration(spec, volume, ready(binaries));
    boolean secured = new VolumeOwnership(host.account()).secured(volume);
    Path configurations = ServerHost.configurations(volume);
    // Before the volume is taken over, nobody knows who has written there.
    Optional<String> main =
        secured ? text(configurations.resolve(RememberedConfigurations.MAIN)) : Optional.empty();
    SortedSet<String> changes =
        initialized && main.isPresent() ? desired.differences(main.get()) : new TreeSet<>();
    Optional<String> lastGood = secured ? lastGood(volume) : Optional.empty();
    List<String> differences = secured ? differences(volume, desired) : List.of("not looked at");
    Reached<A> reached =
        runningPort.isPresent() && damage.isEmpty()
            ? reach(spec, volume, socket, runningPort.get(), desired, changes, question)
            : new Reached<>(Readiness.SILENT, Optional.empty());
    ServerObserved server =
        new ServerObserved(
                binaries,
                Optional.of(volume),
                control,
                Optional.of(volume.marker().port()),
                socket,
                postmaster,
                reached.readiness(),
                runningPort,
                pidFile.map(PidFile::socketGone).orElse(false),
                initialized
                    && postmaster.isEmpty()
                    && host.server().lockHeld(ServerHost.lock(volume)),
                Optional.of(desired),
                main,
                differences.isEmpty(),
                ours(main, lastGood, desired) && initialized ? differences : List.of(),
                changes,
                lastGood,
                secured ? refused(configurations, binaries) : Optional.empty(),
                reached.live().map(Live::server),
                secured,
                certificate(spec, volume))
            .placed(places(spec, volume));
    Supervision supervised =
        damage.isPresent()
            ? Supervision.damaged(damage.get(), supervision.space(spec, volume))
            : supervision.look(
                spec,
                volume,
                control,
                server.running(),
                server.lockHeld(),
                server.lastGoodHash().isPresent());
    return new Answered<>(server.supervised(supervised), reached.live().map(Live::answer));
  }

  private <A> Reached<A> reach(
      ServerSpec spec,
      Volume volume,
      Path socket,
      int port,
      Configuration desired,
      SortedSet<String> changes,
      Question<A> question)
      throws ReconcileException {
    // Most often it accepts, and is not asked for that first: the answer costs a session, too.
    for (int attempt = 1; ; attempt++) {
      try (SuperuserSession session =
          SuperuserSession.brief(host.connections(), socket, port, "postgres")) {
        LiveServer server = LiveServerQuery.ask(session, desired.settings().keySet(), changes);
        return new Reached<>(
            Readiness.ACCEPTING, Optional.of(new Live<>(server, question.ask(session, volume))));
      } catch (SQLException e) {
        Readiness readiness = host.server().readiness(socket, port);
        if (readiness != Readiness.ACCEPTING) {
          return new Reached<>(readiness, Optional.empty());
        }
        // The first time it may have become ready since.
        if (attempt > 1) {
          throw new HostUnavailable(
              "ServerUnreachable",
              "asking the server of %s on port %d: %s".formatted(spec.key(), port, e.getMessage()),
              "See the log of the server; it is asked again",
              e);
        }
      }
    }
  }

  private static Optional<Binaries> ready(Resolution binaries) {
    return binaries instanceof Resolution.Ready ready
        ? Optional.of(ready.binaries())
        : Optional.empty();
  }

  static Optional<Sticky> sticky(VolumeMarker marker) {
    return marker.version().isEmpty()
        ? Optional.empty()
        : Optional.of(new Sticky(marker.binariesSource(), PostgresVersion.parse(marker.version())));
  }

  private CertificateSeen certificate(ServerSpec spec, Volume volume) throws HostUnavailable {
    try {
      return host.certificates().observe(spec.tls(), host.certified(spec, volume));
    } catch (IOException e) {
      throw FileFailure.of("looking at the certificate of " + spec.key(), e);
    }
  }

  /** What an account may do that it is not to run as does not matter. */
  private List<InvalidSpec> problems(ServerSpec spec, Optional<Volume> volume) {
    return ofAccount.isEmpty()
        ? new PlaceChecks(host.settings(), host.pools(), host.account())
            .problems(spec.places(), spec.uid(), spec.pool(), volume)
        : List.of();
  }

  private PlacesSeen places(ServerSpec spec, Volume volume) throws HostUnavailable {
    try {
      return places
          .observe(
              spec.places(), problems(spec, Optional.of(volume)), volume, host.clock().instant())
          .by(ofAccount);
    } catch (IOException e) {
      throw FileFailure.of("looking at the directories of " + spec.key(), e);
    }
  }

  private static Optional<String> lastGood(Volume volume) throws HostUnavailable {
    return text(RememberedConfigurations.lastGoodIn(volume).resolve(RememberedConfigurations.MAIN))
        .flatMap(Configuration::hashOf);
  }

  private static Optional<RefusedConfiguration> refused(Path remembered, Resolution binaries)
      throws HostUnavailable {
    if (!(binaries instanceof Resolution.Ready ready)) {
      return Optional.empty();
    }
    return text(remembered.resolve(RememberedConfigurations.REFUSED))
        .flatMap(
            text ->
                RememberedConfigurations.parseRefused(
                    text, BinariesFingerprint.of(ready.binaries())));
  }

  /** Whether the files were made for this very configuration: then others have changed them. */
  private static boolean ours(
      Optional<String> main, Optional<String> lastGood, Configuration desired) {
    Optional<String> hash = Optional.of(desired.hash());
    return lastGood.equals(hash) || main.flatMap(Configuration::hashOf).equals(hash);
  }

  private List<String> differences(Volume volume, Configuration desired) throws HostUnavailable {
    try {
      return new RememberedConfigurations(volume, host.account()).differences(desired);
    } catch (IOException e) {
      throw FileFailure.of("looking at the configuration of " + volume.directory(), e);
    }
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
