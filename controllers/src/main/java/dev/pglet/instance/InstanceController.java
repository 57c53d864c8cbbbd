package dev.pglet.instance;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceStatus;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceStatus.Phase;
import dev.pglet.exporter.MetricsPort;
import dev.pglet.exporter.Monitoring;
import dev.pglet.health.Alerts;
import dev.pglet.health.DataSize;
import dev.pglet.health.HealthChecks;
import dev.pglet.health.HealthObserver;
import dev.pglet.health.Vitals;
import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.database.DatabasePlanner;
import dev.pglet.instance.database.WantedDatabase;
import dev.pglet.instance.extension.ExtensionReport;
import dev.pglet.instance.extension.WantedExtension;
import dev.pglet.instance.role.RoleReport;
import dev.pglet.instance.role.WantedRole;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.Exposition;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.World;
import dev.pglet.server.ConfigurationReport;
import dev.pglet.server.KnownServers;
import dev.pglet.server.Passfiles;
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
import dev.pglet.server.access.AccessRules;
import dev.pglet.server.access.TlsRules;
import dev.pglet.server.place.Places;
import dev.pglet.supervision.Blocks;
import dev.pglet.supervision.Lifecycle;
import dev.pglet.supervision.MinFree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The kind {@code PostgreSQLInstance}. Thread-safe. */
public final class InstanceController
    implements Controller<
        PostgreSQLInstance, PostgreSQLInstanceStatus, InstanceObserved, InstanceStep> {
  private final ServerHosts hosts;
  private final ServerHost host;
  private final InstanceObserver observer;
  private final ServerExecutor servers;
  private final Passfiles passfiles;
  private final ServerWatch watch;
  private final Optional<Monitoring> monitoring;
  private final InstanceRules rules = new InstanceRules(ServerRules.ofHost());

  public InstanceController(
      ServerHosts hosts,
      ServerWatch watch,
      HealthObserver health,
      Optional<Monitoring> monitoring) {
    this.hosts = hosts;
    this.host = hosts.ofDaemon();
    this.observer = new InstanceObserver(hosts, health, monitoring);
    this.monitoring = monitoring;
    this.servers = new ServerExecutor(host);
    this.passfiles = new Passfiles(host.settings().secrets());
    this.watch = watch;
  }

  @Override
  public Set<ResourceKey> dependencies(PostgreSQLInstance resource) {
    return Set.of();
  }

  @Override
  public InstanceObserved observe(PostgreSQLInstance resource, World world)
      throws ReconcileException {
    ResourceKey key = key(resource);
    InstanceObserved observed = observer.observe(key, resource, serverSpec(resource), world);
    watch.watch(key, observed.server().postmaster());
    watch.watchDisk(key, observed.server(), serverSpec(resource).lifecycle().minFree());
    return observed;
  }

  @Override
  public Plan<InstanceStep> plan(PostgreSQLInstance resource, InstanceObserved observed)
      throws InvalidSpec {
    return InstancePlanner.plan(rules, resource.getSpec(), serverSpec(resource), observed);
  }

  @Override
  public Plan<InstanceStep> planDeletion(PostgreSQLInstance resource, InstanceObserved observed) {
    return InstancePlanner.planDeletion(
        resource.getSpec().deletionPolicy() == DeletionPolicy.Delete, observed);
  }

  @Override
  public Plan<InstanceStep> planDataDeletion(
      PostgreSQLInstance resource, InstanceObserved observed) {
    return InstancePlanner.planDeletion(true, observed);
  }

  @Override
  public void execute(InstanceStep step, StepContext context) throws ReconcileException {
    PostgreSQLInstance resource = context.resource(PostgreSQLInstance.class);
    ServerSpec spec = serverSpec(resource);
    boolean ends = step instanceof InstanceStep.OnServer server && server.step().ends();
    ServerHost seen = ends ? hosts.of(spec) : hosts.toRun(spec);
    new InstanceSteps(seen, servers.on(seen)).execute(step, resource, spec, context);
  }

  @Override
  public PostgreSQLInstanceStatus status(PostgreSQLInstance resource, InstanceObserved observed) {
    ServerObserved server = observed.server();
    ServerSpec spec = serverSpec(resource);
    return new PostgreSQLInstanceStatus(
        phase(spec, observed),
        null,
        server.port().orElse(null),
        server.readyBinaries().map(binaries -> binaries.version().toString()).orElse(null),
        server.readyBinaries().map(binaries -> binaries.directory().toString()).orElse(null),
        server.postmaster().map(postmaster -> postmaster.pid()).orElse(null),
        ServerReport.startTime(server),
        ServerReport.connection(
            spec, server, observed.database(), observed.owner(), passfiles.file(key(resource))),
        server.volume().map(volume -> volume.data().toString()).orElse(null),
        server.volume().map(volume -> logs(spec, volume)).orElse(null),
        server.volume().map(volume -> volume.marker().volume()).orElse(null),
        ServerReport.storage(server),
        server.control().map(control -> control.systemIdentifier()).orElse(null),
        server.control().map(control -> control.timeline()).orElse(null),
        ServerReport.postmaster(server),
        ConfigurationReport.status(server),
        ServerReport.certificates(server),
        observed.health().dataSize().map(DataSize::bytes).orElse(null),
        observed.health().vitals().map(Vitals::connections).orElse(null),
        HealthChecks.of(resource.getSpec().monitoring(), spec.running(), server, observed.health())
            .orElse(null),
        observed
            .facts()
            .map(facts -> RoleReport.status(WantedRole.of(resource.getSpec()), facts.roles()))
            .orElse(null),
        server.ends().restartCount(),
        server.ends().lastRestartText(),
        server.doneTokens().restarted(spec.lifecycle()).orElse(null),
        server.doneTokens().reloaded(spec.lifecycle()).orElse(null),
        observed
            .facts()
            .map(
                facts ->
                    DatabasePlanner.status(
                        WantedDatabase.of(resource.getSpec()), facts.databases()))
            .orElse(null),
        observed
            .facts()
            .map(
                facts ->
                    ExtensionReport.status(
                        WantedExtension.of(resource.getSpec()), facts.extensions()))
            .orElse(null),
        null);
  }

  @Override
  public List<WantedSetting> settings(PostgreSQLInstance resource, InstanceObserved observed) {
    return SettingOrigins.ofInstance(serverSpec(resource), observed.server());
  }

  @Override
  public Optional<Exposition> exposition() {
    return monitoring.map(Monitoring::exposition);
  }

  @Override
  public void close() {
    monitoring.ifPresent(Monitoring::close);
  }

  @Override
  public Set<String> volatileFields() {
    return HealthChecks.VOLATILE;
  }

  @Override
  public List<KindCondition> conditions(PostgreSQLInstance resource, InstanceObserved observed) {
    PostgreSQLInstanceSpec wanted = resource.getSpec();
    List<KindCondition> conditions =
        new ArrayList<>(ConfigurationReport.applied(observed.server()));
    conditions.addAll(
        ConfigurationReport.restartPending(
            observed.server(), wanted.update().restart(), deferred(resource, observed)));
    conditions.addAll(
        ConfigurationReport.auditDegraded(wanted.security().audit(), observed.server()));
    ServerReport.endingCertificate(observed.server()).ifPresent(conditions::add);
    AccessRules.weak(wanted.security().authentication()).ifPresent(conditions::add);
    conditions.addAll(Alerts.conditions(wanted.monitoring(), observed.health()));
    observed
        .facts()
        .flatMap(facts -> RoleReport.secrets(WantedRole.of(wanted), facts.roles()))
        .ifPresent(conditions::add);
    observed
        .server()
        .volume()
        .filter(volume -> volume.marker().phase() != VolumeMarker.Phase.BUILDING)
        .ifPresent(
            volume -> {
              BootstrapFacts.ignored(wanted.bootstrap(), volume.marker())
                  .ifPresent(conditions::add);
              ClusterAdoption.told(volume).ifPresent(conditions::add);
            });
    conditions.addAll(ServerReport.conditions(observed.server()));
    observed.metricsPort().map(MetricsPort::condition).ifPresent(conditions::add);
    observed
        .facts()
        .flatMap(
            facts ->
                ExtensionReport.condition(
                    WantedExtension.of(resource.getSpec()), facts.extensions()))
        .ifPresent(conditions::add);
    return conditions;
  }

  @Override
  public Set<String> alerts() {
    Set<String> types = new HashSet<>(Alerts.TYPES);
    types.addAll(Blocks.TYPES);
    return types;
  }

  private List<InstanceStep> deferred(PostgreSQLInstance resource, InstanceObserved observed) {
    try {
      return plan(resource, observed).deferred();
    } catch (InvalidSpec e) {
      // Then nothing is planned at all, and the pass says why.
      return List.of();
    }
  }

  @Override
  public boolean available(PostgreSQLInstance resource, InstanceObserved observed) {
    return observed.complete()
        && observed.server().accepting()
        && observed.server().supervision().damage().isEmpty();
  }

  @Override
  public List<Known> known() throws ReconcileException {
    return KnownServers.of(host, PostgreSQLInstance.KIND);
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
    return new ServerCleanup(hosts).all(PostgreSQLInstance.KIND);
  }

  private ServerSpec serverSpec(PostgreSQLInstance resource) {
    PostgreSQLInstanceSpec wanted = resource.getSpec();
    String pool = wanted.storage().pool();
    return new ServerSpec(
        key(resource),
        resource.getMetadata().getUid(),
        1,
        wanted.desiredState() == DesiredState.Running,
        wanted.network().port(),
        wanted.network().bindAddress(),
        wanted.version(),
        wanted.runtime().binaries(),
        pool == null ? host.settings().volumes() : Path.of(pool).normalize(),
        wanted.storage().driver(),
        InstanceSettings.typed(wanted),
        wanted.parameters(),
        InstanceSettings.preloaded(wanted),
        Map.of(),
        Access.of(wanted.security()),
        TlsRules.of(wanted.security()),
        Lifecycle.of(resource, wanted.desiredState())
            .keeping(MinFree.parse(wanted.storage().minFree())),
        Places.of(wanted),
        Optional.ofNullable(wanted.runtime().user()).map(NamedAccount::of));
  }

  private static String logs(ServerSpec spec, Volume volume) {
    return spec.places().logs(volume).orElse(ServerHost.logs(volume)).toString();
  }

  private static Phase phase(ServerSpec spec, InstanceObserved observed) {
    ServerObserved server = observed.server();
    if (server.volume().isEmpty()) {
      return Phase.Pending;
    }
    if (server.supervision().damage().isPresent()) {
      return Phase.Unrecoverable;
    }
    if (!server.initialized()) {
      return Phase.Initializing;
    }
    Optional<Readiness> readiness =
        server.running() ? Optional.of(server.readiness()) : Optional.empty();
    if (!spec.running()) {
      if (readiness.isPresent()) {
        return Phase.Stopping;
      }
      return spec.lifecycle().fenced() ? Phase.Fenced : Phase.Stopped;
    }
    if (server.supervision().diskFull()) {
      return Phase.DiskFull;
    }
    return switch (readiness.orElse(Readiness.SILENT)) {
      case SILENT -> Phase.Starting;
      case STARTING -> Phase.Recovering;
      case ACCEPTING -> Phase.Running;
    };
  }

  static ResourceKey key(PostgreSQLInstance resource) {
    return new ResourceKey(
        PostgreSQLInstance.KIND,
        resource.getMetadata().getNamespace(),
        resource.getMetadata().getName());
  }
}
