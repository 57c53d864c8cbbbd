package dev.pglet.daemon;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.daemon.doctor.DoctorCommand;
import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.daemon.settings.HostUser;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.engine.SystemScheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one place where everything is put together by hand. Each thing is made when it is first asked
 * for: a thin verb makes next to nothing, and help works whatever the settings say.
 */
final class Wiring implements EngineRuns, DoctorCommand.Host {
  private final Map<String, String> flags;
  private final Session.Console console;
  private final InstantSource clock = InstantSource.system();
  private @Nullable DaemonSettings settings;
  private @Nullable Kinds kinds;
  private @Nullable ObservedHost host;

  /**
   * Nothing is made yet.
   *
   * @param flags the values of global options by their name
   */
  Wiring(Map<String, String> flags, Session.Console console) {
    this.flags = flags;
    this.console = console;
  }

  @Override
  public DaemonSettings settings() throws ReconcileException {
    DaemonSettings resolved = settings;
    if (resolved == null) {
      resolved = DaemonSettings.resolve(HostUser.current(), flags);
      settings = resolved;
    }
    return resolved;
  }

  Kinds kinds() throws HostUnavailable {
    Kinds found = kinds;
    if (found == null) {
      HostUser user = HostUser.current();
      found = new Kinds(user, user.plugins(flags));
      kinds = found;
    }
    return found;
  }

  private ObservedHost host() throws ReconcileException {
    ObservedHost found = host;
    if (found == null) {
      found = new ObservedHost(settings(), kinds(), clock);
      host = found;
    }
    return found;
  }

  Session session() throws ReconcileException {
    return new Session(console, settings().settings(), this::registry, host(), clock);
  }

  private KindRegistry registry() {
    try {
      return kinds().registry();
    } catch (HostUnavailable e) {
      throw new IllegalStateException(e.explain(), e);
    }
  }

  /** Beside the program: the launcher says where that is. */
  Path examples() {
    return Path.of(System.getProperty("pglet.home", ".")).resolve("examples/quickstart");
  }

  /** The program that runs this one. */
  Path launcher() {
    return Path.of(System.getProperty("pglet.home", ".")).resolve("pglet").toAbsolutePath();
  }

  @Override
  public ManifestSource manifests(Path root) throws ReconcileException {
    return ManifestRoots.open(
        root, kinds().registry(), clock, new SystemScheduler(), settings().user());
  }

  @Override
  public List<HostCheck> ofKinds(Path root, Optional<Snapshot> manifests, OptionalLong daemon)
      throws ReconcileException {
    return new KindChecks(kinds(), settings().settings(), clock).of(root, manifests, daemon);
  }

  Cleanup cleanup() throws ReconcileException {
    return new Cleanup(
        settings().settings(),
        kinds().providers(),
        new HostContext(settings().settings(), clock, new SystemScheduler()));
  }

  private ProcessRuns runs() throws ReconcileException {
    return new ProcessRuns(settings(), kinds(), host(), console.err());
  }

  @Override
  public int watch(Path manifests) throws ReconcileException {
    return runs().watch(manifests);
  }

  @Override
  public boolean once(Session session, Path manifests, boolean prune, Duration timeout)
      throws ReconcileException {
    return runs().once(session, manifests, prune, timeout);
  }

  @Override
  public boolean onceForAll(Session session, Set<ResourceKey> keys, Duration timeout)
      throws ReconcileException {
    return runs().onceForAll(session, keys, timeout);
  }
}
