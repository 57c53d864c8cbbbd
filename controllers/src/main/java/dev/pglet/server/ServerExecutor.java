package dev.pglet.server;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.certificate.Certificates;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.port.Ports.Holder;
import dev.pglet.host.port.Ports.Range;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.PoolReserve;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.ServerObserved.RefusedConfiguration.Problem;
import dev.pglet.server.access.Access;
import dev.pglet.server.place.AdoptionChecks;
import dev.pglet.server.place.DataPlace;
import dev.pglet.server.place.PlaceChecks;
import dev.pglet.server.place.PlaceFiles;
import dev.pglet.server.place.Places;
import dev.pglet.supervision.DiskSpace;
import dev.pglet.supervision.DoneTokens;
import dev.pglet.supervision.Ends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Does the steps of a server. Each is idempotent. Thread-safe for different servers. */
public final class ServerExecutor {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(60);

  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private final ServerHost host;
  private final ConfigurationApply configurations;
  private final Passfiles passfiles;
  private final PlaceFiles places;
  private final DataPlace data;

  /** No two take directories at the same time, of which one may lie in the other. */
  private final ReentrantLock placing;

  public ServerExecutor(ServerHost host) {
    this(host, new ReentrantLock());
  }

  private ServerExecutor(ServerHost host, ReentrantLock placing) {
    this.host = requireNonNull(host, "host is null");
    this.placing = placing;
    this.configurations = new ConfigurationApply(host);
    this.places = new PlaceFiles(host.account());
    this.data = new DataPlace(host.server(), host.volumes(), host.account());
    this.passfiles = new Passfiles(host.settings().secrets());
  }

  /** The same for a server that runs as another account. */
  public ServerExecutor on(ServerHost other) {
    return new ServerExecutor(other, placing);
  }

  /** Does one step for the incarnation that the spec names. */
  public void execute(ServerStep step, ServerSpec spec, StepContext context)
      throws ReconcileException {
    switch (step) {
      case ServerStep.InstallBinaries install -> host.binaries().install(install.version());
      case ServerStep.CreateVolume create -> createVolume(create, spec, context);
      case ServerStep.SecureVolume _ -> volume(spec);
      case ServerStep.ResumeVolume resume -> {
        VolumeMarker marker = volume(spec).marker().with(VolumeMarker.Phase.READY);
        mark(spec, marker.withManifestRoot(context.manifestRoot()));
      }
      case ServerStep.MovePort move -> {
        host.ports().reserve(spec.uid(), spec.bindAddress(), move.to());
        mark(spec, volume(spec).marker().withPort(move.to()));
      }
      case ServerStep.UseBinaries use ->
          mark(spec, volume(spec).marker().withBinaries(use.source(), use.version().toString()));
      case ServerStep.MakeDirectories _ -> makeDirectories(spec);
      case ServerStep.RemoveOldLogs remove -> removeOldLogs(spec, remove.files());
      case ServerStep.PlaceCertificate _ -> placeCertificate(spec);
      case ServerStep.ApplyConfiguration apply -> applyConfiguration(spec, apply.running());
      case ServerStep.CorrectConfiguration correct -> applyConfiguration(spec, correct.running());
      case ServerStep.Reload reload -> configurations.reload(volume(spec), reload.hash());
      case ServerStep.ResetOverrides reset ->
          configurations.resetOverrides(volume(spec), reset.settings());
      case ServerStep.RememberGood _ -> rememberGood(spec);
      case ServerStep.StartServer _ -> startOrGoBack(spec, PortRanges.of(context.world()));
      case ServerStep.ReloadAsAsked reload -> {
        configurations.reload(volume(spec), reload.hash());
        note(spec, facts -> DoneTokens.reloaded(facts, spec.lifecycle()));
      }
      case ServerStep.NoteTokens _ ->
          note(spec, facts -> DoneTokens.started(facts, spec.lifecycle()));
      case ServerStep.NoteEnd _ -> note(spec, facts -> Ends.ended(facts, host.clock().instant()));
      case ServerStep.NoteRestart _ ->
          note(spec, facts -> Ends.startedAgain(facts, host.clock().instant()));
      case ServerStep.StopServer _ -> host.server().stop(volume(spec).data(), STOP_DEADLINE);
      case ServerStep.RestartServer _ -> {
        refusePortOfAnother(spec);
        Optional<Postmaster> before = host.server().find(volume(spec).data());
        note(spec, facts -> DoneTokens.begun(facts, spec.lifecycle(), before));
        host.server().stop(volume(spec).data(), STOP_DEADLINE);
        startOrGoBack(spec, PortRanges.of(context.world()));
        note(spec, facts -> Ends.restarted(facts, host.clock().instant()));
      }
      case ServerStep.RetainVolume _ ->
          mark(spec, volume(spec).marker().with(VolumeMarker.Phase.RETAINED));
      case ServerStep.DestroyVolume _ -> destroy(spec);
    }
  }

  private void applyConfiguration(ServerSpec spec, boolean running) throws ReconcileException {
    Volume volume = volume(spec);
    if (!running) {
      requireUnused(volume);
    }
    configurations.apply(spec, volume, binaries(spec), running);
  }

  /**
   * Starts the server on a socket of its own, with options that win over its configuration.
   *
   * @param socketDirectory where the socket is made
   */
  public void startPrivately(ServerSpec spec, List<String> options, Path socketDirectory)
      throws ReconcileException {
    Volume volume = volume(spec);
    start(spec, volume, options, volume.marker().port(), socketDirectory);
  }

  /** Starts the server with the configuration on the disk, whichever that is. */
  private void start(ServerSpec spec) throws ReconcileException {
    Volume volume = volume(spec);
    Path socketDirectory = host.socketDirectory(volume.marker().uid());
    start(spec, volume, List.of(), portInForce(volume), socketDirectory);
  }

  private void start(
      ServerSpec spec, Volume volume, List<String> options, int port, Path socketDirectory)
      throws ReconcileException {
    if (host.server().find(volume.data()).isEmpty()) {
      requireUnused(volume);
    }
    Path log = ServerHost.log(volume);
    files(
        "making the log directory",
        () -> Ownership.ours(requireNonNull(log.getParent()), host.account(), "rwx------"));
    host.server()
        .start(
            new StartRequest(
                binaries(spec),
                volume.data(),
                log,
                spec.places().logs(volume),
                ServerHost.lock(volume),
                options,
                socketDirectory,
                port,
                host.account(),
                START_DEADLINE));
  }

  /**
   * The volume of the incarnation that the spec names, to act on: what is not the servers'
   * account's to change is not its to change any more.
   */
  public Volume volume(ServerSpec spec) throws ReconcileException {
    Volume volume =
        host.volume(spec.uid(), spec.incarnation())
            .orElseThrow(
                () ->
                    new HostUnavailable(
                        "VolumeMissing",
                        "the volume %s of %s is gone"
                            .formatted(VolumeMarker.id(spec.uid(), spec.incarnation()), spec.key()),
                        "Bring its file system back; if the data is lost for good, delete the resource and make it anew"));
    new VolumeOwnership(host.account()).secure(volume);
    return volume;
  }

  /** Replaces the marker of the volume. */
  public void mark(ServerSpec spec, VolumeMarker marker) throws ReconcileException {
    host.volumes().mark(volume(spec).pool(), marker);
  }

  /**
   * Writes into the marker what has become of a server; the marker stays as it is when nothing has.
   */
  private void note(ServerSpec spec, UnaryOperator<Map<String, String>> change)
      throws ReconcileException {
    VolumeMarker marker = volume(spec).marker();
    Map<String, String> facts = change.apply(marker.facts());
    if (!facts.equals(marker.facts())) {
      mark(spec, marker.withFacts(facts));
    }
  }

  /** The binaries for the spec, which must be there by now. */
  public Binaries binaries(ServerSpec spec) throws ReconcileException {
    VolumeMarker marker = volume(spec).marker();
    Resolution resolution =
        host.binaries().resolve(spec.version(), spec.binaries(), ServerObserver.sticky(marker));
    if (resolution instanceof Resolution.Ready ready) {
      return ready.binaries();
    }
    throw new HostUnavailable(
            "BinariesMissing",
            "the PostgreSQL " + spec.version() + " binaries are not there",
            "Install them, or choose others in spec.version or spec.runtime.binaries")
        .at("spec.version");
  }

  private void makeDirectories(ServerSpec spec) throws ReconcileException {
    placing.lock();
    try {
      Volume volume = volume(spec);
      requirePlaces(spec, Optional.of(volume));
      mark(spec, volume.marker().withFacts(places.make(spec.places(), volume)));
    } catch (IOException e) {
      throw FileFailure.of("making the directories of " + spec.key(), e);
    } finally {
      placing.unlock();
    }
  }

  /**
   * Looked at again right before they are taken: another resource may have come first. Data that is
   * taken over is looked at file by file.
   *
   * @param volume empty while there is none
   */
  public void requirePlaces(ServerSpec spec, Optional<Volume> volume) throws ReconcileException {
    InvalidSpec.throwAll(
        new PlaceChecks(host.settings(), host.pools(), host.account())
            .problems(spec.places(), spec.uid(), spec.pool(), volume));
    boolean undecided =
        volume.map(there -> there.marker().phase() == VolumeMarker.Phase.BUILDING).orElse(true);
    Optional<Path> data = spec.places().data();
    if (undecided && data.isPresent() && spec.places().adopts().isPresent()) {
      try {
        new AdoptionChecks(host.account()).requireWhole(data.get());
      } catch (IOException e) {
        throw FileFailure.of("looking at the files of " + data.get(), e);
      }
    }
  }

  /**
   * Requires of data that was taken over that nobody else's server uses it: who started it before
   * may do so again, also in a container, and holds no lock of ours. Other data is nobody else's.
   */
  public void requireUnused(Volume volume) throws ReconcileException {
    // What holds the lock is ours, and whoever starts a server says that it is in the way.
    if (!Places.adopted(volume.marker()) || host.server().lockHeld(ServerHost.lock(volume))) {
      return;
    }
    try {
      new AdoptionChecks(host.account())
          .requireUnused(volume.data(), host.socketDirectory(volume.marker().uid()));
    } catch (IOException e) {
      throw FileFailure.of("looking for servers of " + volume.data(), e);
    }
  }

  private void removeOldLogs(ServerSpec spec, List<String> names) throws ReconcileException {
    Volume volume = volume(spec);
    files(
        "removing old log files of " + spec.key(),
        () -> places.removeLogs(spec.places(), volume, names));
  }

  private void placeCertificate(ServerSpec spec) throws ReconcileException {
    Volume volume = volume(spec);
    try {
      String fingerprint = host.certificates().putInPlace(spec.tls(), host.certified(spec, volume));
      Map<String, String> facts = new HashMap<>(volume.marker().facts());
      facts.put(ServerHost.CERTIFICATE_FACT, fingerprint);
      mark(spec, volume.marker().withFacts(facts));
    } catch (IOException e) {
      throw FileFailure.of("putting a certificate of " + spec.key() + " in place", e);
    }
  }

  /** Then nothing is gone back to any more that names an older pair. */
  private void rememberGood(ServerSpec spec) throws ReconcileException {
    Volume volume = volume(spec);
    files(
        "keeping the last good configuration",
        () -> {
          remembered(volume).rememberGood();
          Certificates.Server certified = host.certified(spec, volume);
          host.certificates()
              .tidy(certified, certified.current().stream().collect(Collectors.toSet()));
        });
  }

  private RememberedConfigurations remembered(Volume volume) {
    return new RememberedConfigurations(volume, host.account());
  }

  private void probe(ServerSpec spec) throws ReconcileException {
    try {
      host.volumes().probe(spec.pool(), host.account());
    } catch (HostUnavailable e) {
      throw e.at("spec.storage.pool");
    }
  }

  private void createVolume(ServerStep.CreateVolume create, ServerSpec spec, StepContext context)
      throws ReconcileException {
    probe(spec);
    int port =
        host.ports()
            .reserve(spec.uid(), spec.bindAddress(), create.port(), PortRanges.of(context.world()));
    String source = "";
    String version = "";
    if (host.binaries().resolve(spec.version(), spec.binaries(), Optional.empty())
        instanceof Resolution.Ready ready) {
      source = ServerPlanner.source(ready.binaries());
      version = ready.binaries().version().toString();
    }
    for (Path directory : spec.places().begun(spec.pool())) {
      if (DiskSpace.of(List.of(directory), spec.lifecycle().minFree()).belowMinimum()) {
        throw new HostUnavailable(
                "NoSpace",
                "less is free in %s than spec.storage.minFree asks for, so nothing is made there"
                    .formatted(directory),
                "Free space there, or lower spec.storage.minFree")
            .at("spec.storage.minFree");
      }
    }
    String dataRoot = host.pools().remember(spec.pool());
    Map<String, String> facts = new HashMap<>(DoneTokens.started(Map.of(), spec.lifecycle()));
    String driver = driver(spec);
    facts.put(VolumeMarker.DRIVER_FACT, driver);
    facts.putAll(spec.places().decidedAtCreation());
    facts.putAll(RunAs.decidedAtCreation(spec, host.account()));
    // From here on others see in the marker whose the directories are.
    placing.lock();
    try {
      requirePlaces(spec, Optional.empty());
      files("preparing the data directory", () -> data.adoptEmpty(spec.places()));
      host.volumes()
          .create(
              spec.pool(),
              new VolumeMarker(
                  VolumeMarker.format(driver),
                  create.volume(),
                  spec.key(),
                  spec.uid(),
                  spec.incarnation(),
                  context.manifestRoot(),
                  VolumeMarker.Phase.BUILDING,
                  port,
                  source,
                  version,
                  dataRoot,
                  facts),
              host.account());
    } finally {
      placing.unlock();
    }
    PoolReserve.make(spec.pool());
  }

  private String driver(ServerSpec spec) throws ReconcileException {
    if (spec.places().data().isPresent()) {
      return Volumes.PLAIN;
    }
    try {
      return host.volumes().choose(spec.pool(), spec.driver(), host.account());
    } catch (HostUnavailable e) {
      throw e.at("spec.storage.driver");
    }
  }

  private void startOrGoBack(ServerSpec spec, Range ports) throws ReconcileException {
    Volume volume = volume(spec);
    if (movedFromTakenPort(spec, volume, ports)) {
      // The next stage writes the configuration for the new port, and starts then.
      return;
    }
    try {
      start(spec);
    } catch (StepFailed failure) {
      goBack(spec, volume, failure);
    }
    note(
        spec,
        facts ->
            Ends.startedAgain(DoneTokens.started(facts, spec.lifecycle()), host.clock().instant()));
    PoolReserve.make(volume.pool());
  }

  /**
   * Looked at before the start, because PostgreSQL's own message does not say who holds the port.
   * An allocated port that no client can know yet is exchanged; any other is worth an error.
   *
   * @return whether the marker has another port now
   */
  private boolean movedFromTakenPort(ServerSpec spec, Volume volume, Range ports)
      throws ReconcileException {
    if (host.server().find(volume.data()).isPresent()) {
      return false;
    }
    int port = portInForce(volume);
    Optional<Holder> holder = host.ports().holder(spec.bindAddress(), port);
    if (holder.isEmpty()) {
      return false;
    }
    boolean everRan =
        files("reading the last good configuration", remembered(spec)::lastGood).isPresent();
    if (spec.port() == 0 && !everRan) {
      int other = host.ports().reserve(spec.uid(), spec.bindAddress(), 0, ports);
      mark(spec, volume.marker().withPort(other));
      return true;
    }
    throw portHeld(spec, port, holder.get());
  }

  /** Before a healthy server is stopped: what it shall listen on next must be free, or its own. */
  private void refusePortOfAnother(ServerSpec spec) throws ReconcileException {
    Volume volume = volume(spec);
    Optional<Postmaster> own = host.server().find(volume.data());
    Optional<Holder> holder = host.ports().holder(spec.bindAddress(), portInForce(volume));
    if (holder.isPresent() && !own.map(Postmaster::pid).equals(Optional.of(holder.get().pid()))) {
      throw portHeld(spec, portInForce(volume), holder.get());
    }
  }

  private static HostUnavailable portHeld(ServerSpec spec, int port, Holder holder) {
    return new HostUnavailable(
            "PortHeld",
            "port %d of %s is held by %s, which is left alone"
                .formatted(port, spec.key(), holder.describe()),
            "End that process, or set spec.network.port to a free port")
        .at("spec.network.port");
  }

  /**
   * The port that a server listens on that is started with the configuration on the disk. That may
   * be one that the account wrote once: one that names no port is not started with, as PostgreSQL
   * says then.
   */
  private int portInForce(Volume volume) throws ReconcileException {
    String port =
        files(
                "reading the configuration in " + volume.data(),
                () ->
                    Configuration.settingsOf(
                        Files.readString(
                            ServerHost.configurations(volume)
                                .resolve(RememberedConfigurations.MAIN))))
            .getOrDefault("port", "");
    return PORT.matcher(port).matches() ? Integer.parseInt(port) : volume.marker().port();
  }

  private void goBack(ServerSpec spec, Volume volume, StepFailed failure)
      throws ReconcileException {
    RememberedConfigurations remembered = remembered(spec);
    Configuration tried = host.configuration(spec, volume, Optional.of(binaries(spec)));
    Optional<String> lastGood = files("reading the last good configuration", remembered::lastGood);
    boolean anotherIsGood = lastGood.isPresent() && !lastGood.get().equals(tried.hash());
    if (!anotherIsGood || host.server().find(volume.data()).isPresent()) {
      throw failure;
    }
    String field =
        failure.getMessage().contains(RememberedConfigurations.ACCESS)
            ? Access.HBA
            : ConfigurationApply.fieldOf(
                spec,
                tried.differences(
                    files("reading the last good configuration", remembered::lastGoodMain)));
    RefusedConfiguration refused =
        new RefusedConfiguration(
            tried.hash(), List.of(new Problem(field, failure.getMessage().replace('\n', ' '))));
    String binaries = BinariesFingerprint.of(binaries(spec));
    files(
        "going back to the last good configuration",
        () -> {
          remembered.rememberRefused(refused, binaries);
          remembered.restoreGood();
        });
    start(spec);
    throw new InvalidSpec(
        "ConfigurationRefused",
        field,
        failure.getMessage(),
        "The server runs with the configuration before. Change the setting, or remove "
            + ServerHost.configurations(volume).resolve(RememberedConfigurations.REFUSED)
            + " to have this one tried again",
        failure);
  }

  private void destroy(ServerSpec spec) throws ReconcileException {
    Optional<Volume> volume = host.volume(spec.uid(), spec.incarnation());
    if (volume.isPresent()) {
      // It may refuse: nothing is removed before.
      removeOutside(host, volume.get());
      passfiles.remove(spec.key());
      releaseUnused(host, volume.get());
      host.volumes().destroy(volume.get().pool(), volume.get().marker().volume());
    }
  }

  /**
   * What of a server is not in its volume, but for what it has archived. Data that was taken over
   * is given back: it stays, with the configuration that it had.
   */
  static void removeOutside(ServerHost host, Volume volume) throws ReconcileException {
    try {
      DataPlace place = new DataPlace(host.server(), host.volumes(), host.account());
      place.requireGivenUp(volume);
      if (Places.adopted(volume.marker())) {
        new AdoptedConfiguration(volume, host.account()).giveBack();
      }
      place.remove(volume);
    } catch (IOException e) {
      throw FileFailure.of("removing what " + volume.marker().key() + " has outside its volume", e);
    }
  }

  /** A pool whose last volume goes needs no reserve. */
  static void releaseUnused(ServerHost host, Volume last) throws ReconcileException {
    Path pool = last.pool();
    Inventory there = host.volumes().inventory(pool);
    boolean others =
        there.volumes().stream()
            .anyMatch(volume -> !volume.marker().volume().equals(last.marker().volume()));
    if (!others && there.unreadable().isEmpty()) {
      try {
        PoolReserve.release(pool);
      } catch (IOException e) {
        throw FileFailure.of("removing " + PoolReserve.file(pool), e);
      }
    }
  }

  private RememberedConfigurations remembered(ServerSpec spec) throws ReconcileException {
    return new RememberedConfigurations(volume(spec), host.account());
  }

  private interface FileWork {
    void run() throws IOException;
  }

  private interface FileQuestion<T> {
    T ask() throws IOException;
  }

  private static void files(String doing, FileWork work) throws HostUnavailable {
    files(
        doing,
        () -> {
          work.run();
          return "";
        });
  }

  private static <T> T files(String doing, FileQuestion<T> question) throws HostUnavailable {
    try {
      return question.ask();
    } catch (IOException e) {
      throw FileFailure.of(doing, e);
    }
  }
}
