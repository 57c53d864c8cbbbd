package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.BranchSpec;
import dev.pglet.api.v1alpha1.BranchStatus;
import dev.pglet.api.v1alpha1.BranchStatus.Phase;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.certificate.Tls;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.World;
import dev.pglet.server.CloneSource;
import dev.pglet.server.ConfigurationReport;
import dev.pglet.server.KnownServers;
import dev.pglet.server.Passfiles;
import dev.pglet.server.RunAs;
import dev.pglet.server.ServerCleanup;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerHosts;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerReport;
import dev.pglet.server.ServerRules;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.ServerWatch;
import dev.pglet.server.SettingOrigins;
import dev.pglet.server.access.Access;
import dev.pglet.server.place.Places;
import dev.pglet.supervision.Blocks;
import dev.pglet.supervision.Lifecycle;
import dev.pglet.supervision.MinFree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The kind {@code Branch}. Thread-safe. */
public final class BranchController
    implements Controller<Branch, BranchStatus, BranchObserved, BranchStep> {
  private static final int FIRST_INCARNATION = 1;

  private final ServerHosts hosts;
  private final ServerHost host;
  private final BranchObserver observer;
  private final ServerExecutor servers;
  private final Operations operations;
  private final Passfiles passfiles;
  private final ServerWatch watch;
  private final BranchRules rules = new BranchRules(ServerRules.ofHost());

  public BranchController(ServerHosts hosts, Operations operations, ServerWatch watch) {
    this.hosts = hosts;
    this.host = hosts.ofDaemon();
    this.operations = operations;
    this.observer = new BranchObserver(hosts, operations);
    this.servers = new ServerExecutor(host);
    this.passfiles = new Passfiles(host.settings().secrets());
    this.watch = watch;
  }

  @Override
  public Set<ResourceKey> dependencies(Branch resource) {
    return Set.of(source(resource));
  }

  @Override
  public BranchObserved observe(Branch resource, World world) throws ReconcileException {
    ResourceKey key = key(resource);
    // Once: what the server is compared with and what the plan builds on must be the same source.
    Optional<CloneSource> source = world.observed(source(resource), CloneSource.class);
    BranchObserved observed =
        observer.observe(resource, source, serverSpec(resource, source), world);
    watch.watch(key, observed.server().postmaster());
    watch.watchDisk(key, observed.server(), MinFree.NONE);
    return observed;
  }

  @Override
  public Plan<BranchStep> plan(Branch resource, BranchObserved observed) throws InvalidSpec {
    return BranchPlanner.plan(
        rules, resource.getSpec(), source(resource), serverSpec(resource, observed), observed);
  }

  @Override
  public Plan<BranchStep> planDeletion(Branch resource, BranchObserved observed) {
    return BranchPlanner.planDeletion(
        resource.getSpec().deletionPolicy() == DeletionPolicy.Delete, observed);
  }

  @Override
  public Plan<BranchStep> planDataDeletion(Branch resource, BranchObserved observed) {
    return BranchPlanner.planDeletion(true, observed);
  }

  @Override
  public void execute(BranchStep step, StepContext context) throws ReconcileException {
    Branch resource = context.resource(Branch.class);
    ServerSpec spec =
        serverSpec(resource, context.world().observed(source(resource), CloneSource.class));
    ServerHost seen = ends(step) ? hosts.of(spec) : hosts.toRun(spec);
    new BranchSteps(hosts, seen, servers.on(seen), operations).execute(step, spec, context);
  }

  /** Whether it runs no program as the branch's account, which may be gone when all is deleted. */
  private static boolean ends(BranchStep step) {
    return (step instanceof BranchStep.OnServer server && server.step().ends())
        || step instanceof BranchStep.CancelCopy
        || step instanceof BranchStep.AcceptCopy;
  }

  @Override
  public BranchStatus status(Branch resource, BranchObserved observed) {
    ServerObserved server = observed.server();
    ServerSpec spec = serverSpec(resource, observed);
    return new BranchStatus(
        phase(spec, observed),
        null,
        FIRST_INCARNATION,
        observed
            .facts()
            .map(
                facts ->
                    new BranchStatus.Source(
                        facts.source(),
                        facts.sourceUid(),
                        facts.lsn().isEmpty() ? null : facts.lsn(),
                        facts.time()))
            .orElse(null),
        server.port().orElse(null),
        server.readyBinaries().map(binaries -> binaries.version().toString()).orElse(null),
        server.readyBinaries().map(binaries -> binaries.directory().toString()).orElse(null),
        server.postmaster().map(postmaster -> postmaster.pid()).orElse(null),
        ServerReport.startTime(server),
        observed.facts().isEmpty()
            ? null
            : ServerReport.connection(
                spec, server, observed.database(), observed.owner(), passfiles.file(key(resource))),
        server.volume().map(volume -> volume.data().toString()).orElse(null),
        server.volume().map(volume -> volume.marker().volume()).orElse(null),
        ServerReport.storage(server),
        ServerReport.postmaster(server),
        ConfigurationReport.status(server),
        ServerReport.certificates(server),
        server.ends().restartCount(),
        server.ends().lastRestartText(),
        server.doneTokens().restarted(spec.lifecycle()).orElse(null),
        server.doneTokens().reloaded(spec.lifecycle()).orElse(null),
        null);
  }

  @Override
  public List<KindCondition> conditions(Branch resource, BranchObserved observed) {
    List<KindCondition> conditions = new ArrayList<>(ServerReport.conditions(observed.server()));
    conditions.addAll(ConfigurationReport.applied(observed.server()));
    observed.facts().flatMap(BranchController::copyOnWrite).ifPresent(conditions::add);
    return conditions;
  }

  /** Of a clone that an earlier pglet took it is not known. */
  private static Optional<KindCondition> copyOnWrite(CloneFacts facts) {
    return facts
        .shared()
        .map(
            shared ->
                shared
                    ? KindCondition.yes(
                        "CopyOnWrite",
                        "BlocksShared",
                        "the data shares its blocks with that of its source")
                    : KindCondition.no(
                        "CopyOnWrite", "Copied", "the data was copied byte by byte"));
  }

  @Override
  public List<WantedSetting> settings(Branch resource, BranchObserved observed) {
    return SettingOrigins.ofBranch(serverSpec(resource, observed), observed.server());
  }

  @Override
  public Set<String> alerts() {
    return Blocks.TYPES;
  }

  @Override
  public boolean available(Branch resource, BranchObserved observed) {
    return observed.complete()
        && observed.server().accepting()
        && observed.server().supervision().damage().isEmpty();
  }

  @Override
  public List<Known> known() throws ReconcileException {
    return KnownServers.of(host, Branch.KIND);
  }

  @Override
  public boolean keeps(ResourceKey key) throws ReconcileException {
    return KnownServers.keeps(host, key);
  }

  @Override
  public void moveTo(Known known, String manifestRoot) throws ReconcileException {
    KnownServers.moveTo(host, known, manifestRoot);
  }

  @Override
  public List<String> cleanup() throws ReconcileException {
    return new ServerCleanup(hosts).all(Branch.KIND);
  }

  /** While the clone is not taken, what the branch will be follows its source; then its marker. */
  private ServerSpec serverSpec(Branch resource, Optional<CloneSource> source)
      throws ReconcileException {
    Optional<Volume> volume = host.volume(resource.getMetadata().getUid(), FIRST_INCARNATION);
    Optional<CloneFacts> facts = volume.map(Volume::marker).flatMap(CloneFacts::of);
    if (facts.isPresent()) {
      return serverSpec(
          resource,
          facts.get().runWith(),
          facts.get().parameters(),
          volume.get().pool(),
          volume.get().marker().driver());
    }
    Optional<Volume> sourceVolume = source.flatMap(s -> s.server().volume());
    return serverSpec(
        resource,
        sourceVolume
            .map(Volume::marker)
            .map(RunWith::of)
            .orElse(RunWith.UNKNOWN)
            .as(volume.or(() -> sourceVolume).map(Volume::marker).flatMap(RunAs::name)),
        source.map(CloneSource::parameters).orElse(Map.of()),
        volume.or(() -> sourceVolume).map(Volume::pool).orElse(host.settings().volumes()),
        volume
            .map(own -> own.marker().driver())
            .or(() -> sourceVolume.map(BranchController::driver))
            .orElse(VolumeMarker.ANY_DRIVER));
  }

  private ServerSpec serverSpec(Branch resource, BranchObserved observed) {
    RunWith runWith =
        observed
            .facts()
            .map(CloneFacts::runWith)
            .orElse(
                observed.source() instanceof BranchObserved.Source.Ready ready
                    ? ready.runWith()
                    : RunWith.UNKNOWN);
    return serverSpec(
        resource,
        runWith,
        observed.ofSource(),
        observed.server().volume().map(Volume::pool).orElse(host.settings().volumes()),
        observed
            .server()
            .volume()
            .map(own -> own.marker().driver())
            .orElse(VolumeMarker.ANY_DRIVER));
  }

  /**
   * The best that there is in the source's pool, as that was for the source. Where somebody wanted
   * the source to be copied, the branch is, too.
   */
  private static String driver(Volume source) {
    boolean wanted = Volumes.PLAIN.equals(source.marker().fact(VolumeMarker.DRIVER_FACT));
    return wanted && source.elsewhere().isEmpty() ? Volumes.PLAIN : VolumeMarker.ANY_DRIVER;
  }

  private ServerSpec serverSpec(
      Branch resource, RunWith runWith, Map<String, String> ofSource, Path pool, String driver) {
    BranchSpec wanted = resource.getSpec();
    return new ServerSpec(
        key(resource),
        resource.getMetadata().getUid(),
        FIRST_INCARNATION,
        wanted.desiredState() == DesiredState.Running,
        wanted.network().port(),
        BranchRules.ADDRESS,
        runWith.wantedVersion(PostgreSQLInstanceSpec.DEFAULT_VERSION),
        runWith.binaries().isEmpty() ? "auto" : runWith.binaries(),
        pool,
        driver,
        BranchSettings.inherited(ofSource, runWith.majorVersion()),
        wanted.parameters(),
        List.of(),
        BranchSettings.enforced(runWith.majorVersion()),
        Access.DEFAULT,
        Tls.DEFAULT,
        Lifecycle.of(resource, wanted.desiredState()),
        Places.NONE,
        runWith.user().map(name -> new NamedAccount(name, Optional.of(source(resource)))));
  }

  static ResourceKey source(Branch resource) {
    BranchSpec.Source source = resource.getSpec().source();
    String branch = source.branch();
    String instance = source.instance();
    return new ResourceKey(
        branch != null ? Branch.KIND : PostgreSQLInstance.KIND,
        resource.getMetadata().getNamespace(),
        branch != null ? branch : instance == null ? "" : instance);
  }

  private static Phase phase(ServerSpec spec, BranchObserved observed) {
    ServerObserved server = observed.server();
    if (server.volume().isEmpty()) {
      return Phase.Pending;
    }
    if (!observed.complete() && server.supervision().damage().isEmpty()) {
      return Phase.Building;
    }
    if (server.supervision().damage().isPresent()) {
      return Phase.Unrecoverable;
    }
    if (spec.running() && server.supervision().diskFull()) {
      return Phase.DiskFull;
    }
    if (server.accepting()) {
      return Phase.Running;
    }
    if (spec.running()) {
      return Phase.Starting;
    }
    return spec.lifecycle().fenced() ? Phase.Fenced : Phase.Stopped;
  }

  static ResourceKey key(Branch resource) {
    return new ResourceKey(
        Branch.KIND, resource.getMetadata().getNamespace(), resource.getMetadata().getName());
  }
}
