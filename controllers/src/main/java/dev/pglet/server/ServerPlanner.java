package dev.pglet.server;

import dev.pglet.host.certificate.CertificateSeen.Refusal;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Wait;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.place.DataPlace;
import dev.pglet.server.place.Places;
import dev.pglet.supervision.Blocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is left to do to a server: pure functions of spec and observation. A kind calls {@link
 * #prepare} before it makes the data, and {@link #converge} when the data is there.
 */
public final class ServerPlanner {
  private static final String POSTMASTER_CONTEXT = "postmaster";

  private static final String REFUSED_REMEDY =
      "Nothing was changed; correct the setting. It is tried again when PostgreSQL's binaries or libraries change";

  private ServerPlanner() {}

  /**
   * Refuses what cannot be made of what there is; see {@link ServerRules} for the rest.
   *
   * @throws InvalidSpec naming the field
   */
  public static void check(ServerSpec spec, ServerObserved observed) throws InvalidSpec {
    InvalidSpec.throwAll(spec.lifecycle().check());
    if (observed.control().isPresent()) {
      int major = observed.control().get().majorVersion();
      if (!spec.version().equals(Integer.toString(major))
          && !spec.version().startsWith(major + ".")) {
        throw new InvalidSpec(
            "MajorVersionChange",
            "spec.version",
            "the data is of PostgreSQL %d and cannot be run by %s".formatted(major, spec.version()),
            "Set spec.version to \"%d\"; for another major version make a new instance and copy the data with pg_dump"
                .formatted(major));
      }
    }
    InvalidSpec.throwAll(observed.places().problems());
    if (observed.binaries() instanceof Resolution.Missing missing) {
      throw new InvalidSpec(
          "BinariesMissing", missing.field(), missing.message(), missing.remedy());
    }
    if (observed.certificate().refused().isPresent()) {
      Refusal refusal = observed.certificate().refused().get();
      throw new InvalidSpec(refusal.reason(), refusal.field(), refusal.message(), refusal.remedy());
    }
    if (observed.volume().isPresent() && !observed.volume().get().pool().equals(spec.pool())) {
      throw new InvalidSpec(
          "Immutable",
          "spec.storage.pool",
          "the data lies in %s and is not moved to %s"
              .formatted(observed.volume().get().pool(), spec.pool()),
          "Set it back, or delete the resource with its data and make it anew");
    }
    if (observed.volume().isPresent() && !spec.driver().equals(VolumeMarker.ANY_DRIVER)) {
      String driver = observed.volume().get().marker().driver();
      if (!driver.equals(spec.driver())) {
        throw new InvalidSpec(
            "Immutable",
            "spec.storage.driver",
            "the data is held by the driver %s and does not change to %s"
                .formatted(driver, spec.driver()),
            "Set it back, or remove the field; for another one make a new instance and copy the data with pg_dump");
      }
    }
  }

  /**
   * What an unacceptable spec leaves to do: a server that is down is started as it was, and one
   * that is coming up is waited for. One whose account is refused can be stopped: the account's
   * name may be somebody else's by now, and lets that one in while the server runs.
   *
   * @throws InvalidSpec the given one, when there is nothing to start
   */
  public static List<ServerStep> startAsItWas(
      ServerSpec spec, ServerObserved observed, InvalidSpec error) throws InvalidSpec {
    if (waiting(spec, observed).isPresent()) {
      return List.of();
    }
    if (!spec.running() && observed.running() && observed.places().accountRefused()) {
      return List.of(new ServerStep.StopServer());
    }
    if (!observed.secured()) {
      return secure(observed);
    }
    boolean startable =
        spec.running()
            && !observed.running()
            && observed.initialized()
            && observed.readyBinaries().isPresent()
            && observed.lastGoodHash().isPresent();
    if (!startable) {
      throw error;
    }
    return observed.supervision().ended()
        ? startAgain(observed)
        : List.of(new ServerStep.StartServer(port(observed)));
  }

  /** From the second end in a row on it is left down for a while first. */
  private static List<ServerStep> startAgain(ServerObserved observed) {
    return observed.supervision().first()
        ? List.of(new ServerStep.NoteEnd(), new ServerStep.StartServer(port(observed)))
        : List.of(new ServerStep.NoteEnd());
  }

  /** What the configuration in force is can only be said afterwards. */
  private static List<ServerStep> secure(ServerObserved observed) {
    return List.of(new ServerStep.SecureVolume(observed.volume().orElseThrow().marker().volume()));
  }

  private static Optional<InvalidSpec> refused(ServerObserved observed, Configuration desired) {
    return observed
        .refused()
        .filter(refused -> refused.hash().equals(desired.hash()))
        .map(ServerPlanner::invalid);
  }

  static InvalidSpec invalid(RefusedConfiguration refused) {
    return InvalidSpec.together(
        refused.problems().stream()
            .map(
                problem ->
                    new InvalidSpec(
                        "ConfigurationRefused", problem.field(), problem.message(), REFUSED_REMEDY))
            .toList());
  }

  /** Binaries, port and volume: what there must be before the data is made. */
  public static List<ServerStep> prepare(ServerSpec spec, ServerObserved observed) {
    List<ServerStep> steps = new ArrayList<>();
    if (observed.binaries() instanceof Resolution.Installable installable) {
      steps.add(new ServerStep.InstallBinaries(installable.version()));
    }
    if (observed.volume().isEmpty()) {
      steps.add(
          new ServerStep.CreateVolume(
              VolumeMarker.id(spec.uid(), spec.incarnation()), spec.port()));
      return steps;
    }
    Volume volume = observed.volume().get();
    if (volume.marker().phase() == VolumeMarker.Phase.RETAINED) {
      steps.add(new ServerStep.ResumeVolume(volume.marker().volume()));
    }
    if (spec.port() != 0 && spec.port() != volume.marker().port()) {
      steps.add(new ServerStep.MovePort(volume.marker().port(), spec.port()));
    }
    if (observed.secured() && !observed.places().missing().isEmpty()) {
      steps.add(new ServerStep.MakeDirectories(observed.places().missing()));
    }
    // What can be said of files that others could write is said once they are secured.
    if (spec.running() && observed.secured()) {
      observed
          .certificate()
          .due()
          .ifPresent(because -> steps.add(new ServerStep.PlaceCertificate(because)));
    }
    return steps;
  }

  /** What a server needs that is only being made: it saves a look between two stages. */
  public static List<ServerStep> firstCertificate(ServerSpec spec) {
    return spec.running() && spec.tls().enabled()
        ? List.of(new ServerStep.PlaceCertificate("there is none yet"))
        : List.of();
  }

  /** Configuration and process, when the data is there. */
  public static List<ServerStep> converge(ServerSpec spec, ServerObserved observed)
      throws InvalidSpec {
    if (!observed.secured()) {
      return secure(observed);
    }
    if (!spec.running() && (observed.running() || !spec.lifecycle().fenced())) {
      return observed.running() ? List.of(new ServerStep.StopServer()) : noteTokens(spec, observed);
    }
    Configuration desired = observed.desired().orElseThrow();
    Optional<InvalidSpec> refused = refused(observed, desired);
    if (refused.isPresent()) {
      // A configuration that is not accepted takes nobody's server away.
      return startAsItWas(spec, observed, refused.get());
    }
    if (!spec.running()) {
      return observed.configurationOnDisk()
          ? noteTokens(spec, observed)
          : List.of(
              new ServerStep.ApplyConfiguration(
                  desired.hash(), List.copyOf(observed.changes()), false));
    }
    if (observed.running() && observed.readiness() != Readiness.ACCEPTING) {
      return observed.socketGone()
          ? List.of(new ServerStep.RestartServer(List.of("its socket, which was removed")))
          : List.of();
    }
    if (observed.supervision().ended()) {
      return startAgain(observed);
    }
    List<ServerStep> steps = new ArrayList<>();
    List<String> restartFor = new ArrayList<>();
    binaries(observed)
        .ifPresent(
            change -> {
              steps.add(change);
              if (observed.running()) {
                restartFor.add("PostgreSQL " + change.version());
              }
            });
    configuration(observed, desired, steps, restartFor);
    if (observed.running()) {
      observed
          .doneTokens()
          .restart(spec.lifecycle())
          .ifPresent(id -> restartFor.add("request " + id));
    }
    if (!observed.running()) {
      steps.add(new ServerStep.StartServer(port(observed)));
    } else if (!restartFor.isEmpty()) {
      if (steps.isEmpty()) {
        // It may be long until the restart, and a reload was asked for.
        reload(spec, observed, desired).ifPresent(steps::add);
      }
      steps.add(new ServerStep.RestartServer(restartFor));
    } else if (observed.ends().endedAt().isPresent()) {
      steps.add(new ServerStep.NoteRestart());
    } else if (steps.isEmpty() && reload(spec, observed, desired).isPresent()) {
      steps.add(reload(spec, observed, desired).get());
    } else if (steps.isEmpty() && !observed.lastGoodHash().equals(Optional.of(desired.hash()))) {
      steps.add(new ServerStep.RememberGood(desired.hash()));
    } else if (steps.isEmpty() && !observed.places().oldLogs().isEmpty()) {
      steps.add(new ServerStep.RemoveOldLogs(observed.places().oldLogs()));
    }
    return steps;
  }

  private static Optional<ServerStep> reload(
      ServerSpec spec, ServerObserved observed, Configuration desired) {
    return observed
        .doneTokens()
        .reload(spec.lifecycle())
        .map(id -> new ServerStep.ReloadAsAsked(id, desired.hash()));
  }

  private static int port(ServerObserved observed) {
    return observed.port().orElseThrow();
  }

  /**
   * What keeps anything from being done at all: lost data, or what keeps a server that is down from
   * being started. A restart that somebody asks for, and another configuration, end a pause.
   */
  public static Optional<Wait> blocked(ServerSpec spec, ServerObserved observed) {
    Optional<Wait> damage = Blocks.damage(observed.supervision());
    if (damage.isPresent() || !spec.running() || observed.running() || !observed.secured()) {
      return damage;
    }
    boolean released =
        !observed.configurationOnDisk()
            || observed.doneTokens().restart(spec.lifecycle()).isPresent();
    return Blocks.start(observed.supervision(), observed.ends(), released);
  }

  /** What to look at again later although everything is as it shall be. */
  public static Optional<Wait> settling(ServerObserved observed) {
    return Blocks.settling(observed.supervision(), observed.ends());
  }

  /** What to wait for when there is nothing to do and the server does not accept connections. */
  public static Optional<Wait> waiting(ServerSpec spec, ServerObserved observed) {
    if (spec.running() && observed.running() && observed.readiness() != Readiness.ACCEPTING) {
      return Optional.of(
          Wait.recheck(
              "Recovering",
              "the server is starting or recovering, and is left alone until it is done",
              Duration.ofMillis(250)));
    }
    return Optional.empty();
  }

  /**
   * What is left to do when the manifest is gone.
   *
   * @param destroy whether the data goes too; data that was never complete is of no use to anyone
   *     and always goes; data that was taken over never does
   */
  public static List<ServerStep> delete(ServerObserved observed, boolean destroy) {
    if (observed.volume().isEmpty()) {
      return List.of();
    }
    List<ServerStep> steps = new ArrayList<>();
    VolumeMarker marker = observed.volume().get().marker();
    if (observed.running() && ours(marker, observed)) {
      steps.add(new ServerStep.StopServer());
    }
    if (destroy || marker.phase() == VolumeMarker.Phase.BUILDING) {
      steps.add(
          Places.adopted(marker)
              ? new ServerStep.DestroyVolume(
                  marker.volume(), observed.volume().get().data().toString())
              : new ServerStep.DestroyVolume(marker.volume()));
    } else if (marker.phase() == VolumeMarker.Phase.READY) {
      steps.add(new ServerStep.RetainVolume(marker.volume()));
    }
    return steps;
  }

  /** What runs in a directory that was never taken over, or holds other data, is not. */
  private static boolean ours(VolumeMarker marker, ServerObserved observed) {
    String system = marker.fact(DataPlace.SYSTEM_FACT);
    return !Places.untaken(marker)
        && (!Places.adopted(marker)
            || system == null
            || observed
                .control()
                .map(control -> control.systemIdentifier().equals(system))
                .orElse(true));
  }

  private static List<ServerStep> noteTokens(ServerSpec spec, ServerObserved observed) {
    boolean asked =
        observed.doneTokens().restart(spec.lifecycle()).isPresent()
            || observed.doneTokens().reload(spec.lifecycle()).isPresent();
    return asked ? List.of(new ServerStep.NoteTokens()) : List.of();
  }

  private static Optional<ServerStep.UseBinaries> binaries(ServerObserved observed) {
    if (observed.readyBinaries().isEmpty() || observed.volume().isEmpty()) {
      return Optional.empty();
    }
    Binaries binaries = observed.readyBinaries().get();
    VolumeMarker marker = observed.volume().get().marker();
    String source = source(binaries);
    if (marker.binariesSource().equals(source)
        && marker.version().equals(binaries.version().toString())) {
      return Optional.empty();
    }
    return Optional.of(new ServerStep.UseBinaries(source, binaries.version()));
  }

  /** The source as markers hold it: a directory by its path, so that it is found again. */
  static String source(Binaries binaries) {
    return binaries.source().equals("directory")
        ? binaries.directory().toString()
        : binaries.source();
  }

  private static void configuration(
      ServerObserved observed,
      Configuration desired,
      List<ServerStep> steps,
      List<String> restartFor) {
    if (!observed.drift().isEmpty()) {
      steps.add(
          new ServerStep.CorrectConfiguration(
              desired.hash(), observed.drift(), observed.running()));
      return;
    }
    if (!observed.configurationOnDisk()) {
      steps.add(
          new ServerStep.ApplyConfiguration(
              desired.hash(), List.copyOf(observed.changes()), observed.running()));
      observed
          .live()
          .ifPresent(
              live ->
                  observed.changes().stream()
                      .filter(name -> POSTMASTER_CONTEXT.equals(live.contexts().get(name)))
                      .forEach(restartFor::add));
      return;
    }
    if (observed.live().isEmpty()) {
      return;
    }
    LiveServer live = observed.live().get();
    if (!live.overridden().isEmpty()) {
      steps.add(new ServerStep.ResetOverrides(live.overridden()));
    } else if (!live.loadedHash().equals(Optional.of(desired.hash()))) {
      steps.add(new ServerStep.Reload(desired.hash()));
    } else {
      restartFor.addAll(live.pendingRestart().keySet());
    }
  }
}
