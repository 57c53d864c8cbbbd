package dev.pglet.kinds;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.binaries.InstalledBinaries;
import dev.pglet.host.certificate.CertificateAuthority;
import dev.pglet.host.certificate.Certificates;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.host.port.LocalPorts;
import dev.pglet.host.postgres.LocalPostgresServer;
import dev.pglet.host.volume.LocalVolumes;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.server.ServedFrom;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerHosts;
import dev.pglet.server.ServerWatch;
import dev.pglet.verb.versions.VersionsCommand;

/**
 * This host behind its ports, made once for an engine: the kinds share reserved ports and the watch
 * over processes.
 */
record LocalHost(ServerHosts servers, ServerWatch watch) {
  static LocalHost of(EngineContext context) throws ReconcileException {
    return context.shared(LocalHost.class, () -> make(context));
  }

  private static LocalHost make(EngineContext context) throws ReconcileException {
    Settings settings = context.settings();
    // Without an account nothing can be done on this host at all.
    HostAccounts database = new HostAccounts();
    ServerAccounts accounts = new ServerAccounts(settings, database, context::announce);
    ServerAccount account = context.executes() ? accounts.resolve() : accounts.look();
    LocalCommands commands = new LocalCommands();
    LocalVolumes volumes = new LocalVolumes(commands);
    Pools pools = pools(settings, volumes);
    if (context.executes()) {
      pools.claimUnclaimed();
    }
    ServerHost host =
        new ServerHost(
            settings,
            account,
            volumes,
            pools,
            new LocalPorts(new VolumeClaims(pools)),
            InstalledBinaries.ofHost(settings, account, commands),
            new LocalPostgresServer(
                commands,
                settings.clusters(),
                (from, to, owner) -> volumes.copyTree(CopyRequest.whole(from, to, owner))),
            new SocketConnections(),
            context.clock(),
            new Certificates(
                new CertificateAuthority(
                    settings.secrets().resolve(CertificateAuthority.DIRECTORY), context.clock()),
                context.clock(),
                commands));
    return new LocalHost(
        new ServerHosts(host, new NamedAccounts(database, account)), new LocalWatch(context));
  }

  /** The volumes of the data root, and nothing else. */
  static Pools pools(Settings settings) {
    return pools(settings, new LocalVolumes(new LocalCommands()));
  }

  private static Pools pools(Settings settings, LocalVolumes volumes) {
    return new Pools(
        settings.dataRoot().resolve("pools"), volumes, ServedFrom.runDirectoryOf(settings));
  }

  /** The part of it that a verb about versions looks at. */
  static VersionsCommand.Host versions(Settings settings, boolean installs)
      throws ReconcileException {
    ServerAccounts accounts = new ServerAccounts(settings, new HostAccounts(), _ -> {});
    ServerAccount account = installs ? accounts.resolve() : accounts.look();
    LocalCommands commands = new LocalCommands();
    return new VersionsCommand.Host(
        InstalledBinaries.ofHost(settings, account, commands),
        pools(settings, new LocalVolumes(commands)));
  }
}
