package dev.pglet.kinds;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.exporter.Monitoring;
import dev.pglet.health.HealthObserver;
import dev.pglet.health.MonitorRole;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.instance.InstanceController;
import dev.pglet.instance.InstanceRules;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerRules;
import dev.pglet.verb.certificate.CaCommand;
import dev.pglet.verb.storage.StorageCommand;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Provides the kind {@code PostgreSQLInstance}. */
public final class InstanceKind implements KindProvider {
  @Override
  public CrdDefinition crd() {
    return PostgreSQLInstance.definition();
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
    LocalHost host = LocalHost.of(context);
    return new InstanceController(
        host.servers(),
        host.watch(),
        HealthObserver.of(context),
        monitoring(context, host.servers().ofDaemon()));
  }

  /** Whoever only looks serves nothing. */
  private static Optional<Monitoring> monitoring(EngineContext context, ServerHost host) {
    SocketConnections connections =
        new SocketConnections(MonitorRole.NAME, "pglet_exporter", Duration.ofSeconds(5));
    return context.executes()
        ? Optional.of(new Monitoring(connections, host.ports()))
        : Optional.empty();
  }

  @Override
  public SpecRules rules() {
    return new InstanceRules(ServerRules.ofHost());
  }

  @Override
  public List<HostCheck> hostChecks(
      Settings settings, List<? extends CustomResource<?, ?>> wanted, OptionalLong daemon) {
    return HostQuestions.ofInstances(
        settings, wanted.stream().map(PostgreSQLInstance.class::cast).toList(), daemon);
  }

  @Override
  public List<Command> commands() {
    return Stream.<Command>concat(
            Stream.of(new StorageCommand(), new CaCommand()), ServerVerbs.all().stream())
        .toList();
  }
}
