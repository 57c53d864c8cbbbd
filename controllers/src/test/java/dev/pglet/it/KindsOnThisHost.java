package dev.pglet.it;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.branch.BranchController;
import dev.pglet.health.HealthObserver;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.binaries.InstalledBinaries;
import dev.pglet.host.certificate.CertificateAuthority;
import dev.pglet.host.certificate.Certificates;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.host.port.LocalPorts;
import dev.pglet.host.port.PortClaims.Claim;
import dev.pglet.host.port.Ports;
import dev.pglet.host.postgres.Connections;
import dev.pglet.host.postgres.LocalPostgresServer;
import dev.pglet.host.postgres.PostgresBinaries;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.volume.LocalVolumes;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.instance.InstanceController;
import dev.pglet.kinds.HostConfigurationKind;
import dev.pglet.kinds.TemplateKind;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerHosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The kinds as they are, on this host, through ports that a test stands between. */
final class KindsOnThisHost {
  /** Where ports are allocated from. */
  private static final int LOWEST_PORT = 15432;

  private static final int PORTS_EACH = 10;
  private static final int BLOCKS = 100;

  private KindsOnThisHost() {}

  /** What a test puts in the place of a port; by default the port. */
  interface Between {
    default CommandRunner of(CommandRunner commands) {
      return commands;
    }

    default Volumes of(Volumes volumes) {
      return volumes;
    }

    default PostgresServer of(PostgresServer servers) {
      return servers;
    }

    default Connections of(Connections connections) {
      return connections;
    }

    default Ports of(Ports ports) {
      return ports;
    }

    default PostgresBinaries of(PostgresBinaries binaries) {
      return binaries;
    }
  }

  /**
   * Makes them for one life.
   *
   * @param number pglets of different numbers run at the same time and take no ports from each
   *     other
   */
  static List<KindProvider> of(Between between, int number) {
    int block = 1 + number % BLOCKS;
    return List.of(
        new OnThisHost(
            PostgreSQLInstance.definition(),
            (context, host) ->
                new InstanceController(
                    host, (_, _) -> {}, HealthObserver.of(context), Optional.empty()),
            between,
            block),
        new OnThisHost(
            CrdDefinition.of(Branch.class),
            (context, host) -> new BranchController(host, context.operations(), (_, _) -> {}),
            between,
            block),
        // They touch nothing of the host; specs are put together from them.
        new TemplateKind(),
        new HostConfigurationKind());
  }

  private record OnThisHost(
      CrdDefinition crd,
      BiFunction<EngineContext, ServerHosts, Controller<?, ?, ?, ?>> make,
      Between between,
      int block)
      implements KindProvider {
    @Override
    public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
      return make.apply(context, context.shared(ServerHosts.class, () -> host(context)));
    }

    @Override
    public List<Command> commands() {
      return List.of();
    }

    private ServerHosts host(EngineContext context) throws ReconcileException {
      CommandRunner commands = between.of(new LocalCommands());
      HostAccounts accounts = new HostAccounts();
      ServerAccount account =
          new ServerAccounts(context.settings(), accounts, context::announce).resolve();
      Volumes volumes = between.of(new LocalVolumes(commands));
      Pools pools = new Pools(context.settings().dataRoot().resolve("pools"), volumes, _ -> false);
      return new ServerHosts(
          new ServerHost(
              context.settings(),
              account,
              volumes,
              pools,
              between.of(new LocalPorts(() -> claims(pools))),
              between.of(InstalledBinaries.ofHost(context.settings(), account, commands)),
              between.of(
                  new LocalPostgresServer(
                      commands,
                      context.settings().clusters(),
                      (from, to, owner) -> volumes.copyTree(CopyRequest.whole(from, to, owner)))),
              between.of(new SocketConnections()),
              context.clock(),
              new Certificates(
                  new CertificateAuthority(
                      context.settings().secrets().resolve(CertificateAuthority.DIRECTORY),
                      context.clock()),
                  context.clock(),
                  commands)),
          new NamedAccounts(accounts, account));
    }

    private List<Claim> claims(Pools pools) throws ReconcileException {
      List<Claim> claims = new ArrayList<>();
      for (Volume volume : pools.inventory().volumes()) {
        VolumeMarker marker = volume.marker();
        claims.add(new Claim(marker.port(), marker.uid(), marker.key()));
      }
      for (int port = LOWEST_PORT; port < LOWEST_PORT + block * PORTS_EACH; port++) {
        claims.add(new Claim(port, "of others", ResourceKey.of(Branch.KIND, "other")));
      }
      return claims;
    }
  }
}
