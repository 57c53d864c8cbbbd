package dev.pglet.kinds;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.branch.BranchRules;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.binaries.InstalledBinaries;
import dev.pglet.host.check.CgroupChecks;
import dev.pglet.host.check.FileSystemChecks;
import dev.pglet.host.check.HostFiles;
import dev.pglet.host.check.KernelChecks;
import dev.pglet.host.check.PortChecks;
import dev.pglet.host.check.PortChecks.WantedPort;
import dev.pglet.host.check.VersionChecks;
import dev.pglet.host.check.VersionChecks.WantedVersion;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.port.LocalPorts;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Settings;
import dev.pglet.server.place.PlaceRules;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What this host is asked for instances and branches. Makes nothing. */
final class HostQuestions {
  private HostQuestions() {}

  static List<HostCheck> ofInstances(
      Settings settings, List<PostgreSQLInstance> instances, OptionalLong daemon) {
    List<WantedPort> ports = new ArrayList<>();
    List<String> hugePages = new ArrayList<>();
    List<Path> places = new ArrayList<>(List.of(settings.dataRoot(), settings.volumes()));
    List<Path> data = new ArrayList<>();
    for (PostgreSQLInstance instance : instances) {
      PostgreSQLInstanceSpec spec = instance.getSpec();
      ResourceKey key = key(PostgreSQLInstance.KIND, instance);
      if (spec.network().port() != 0) {
        ports.add(new WantedPort(key, spec.network().bindAddress(), spec.network().port()));
      }
      if (needsHugePages(spec.parameters())) {
        hugePages.add(key.toString());
      }
      String pool = spec.storage().pool();
      if (pool != null) {
        places.add(Path.of(pool));
      }
      data.addAll(PlaceRules.directories(spec));
    }
    HostFiles files = HostFiles.ofHost(daemon);
    List<HostCheck> checks = new ArrayList<>();
    checks.add(files.whose(daemon));
    checks.addAll(new KernelChecks(files).all(hugePages));
    checks.addAll(new CgroupChecks(files).all());
    checks.addAll(new FileSystemChecks(files).of(places, data));
    checks.addAll(accounts(settings, instances));
    checks.addAll(ports(settings, ports));
    return checks;
  }

  /** Which account each server is to run as, and whether there is what that account can execute. */
  private static List<HostCheck> accounts(Settings settings, List<PostgreSQLInstance> instances) {
    try {
      HostAccounts database = new HostAccounts();
      ServerAccount ofDaemon = new ServerAccounts(settings, database, _ -> {}).look();
      AccountChecks accounts =
          new AccountChecks(
              new NamedAccounts(database, ofDaemon), LocalHost.pools(settings).inventory());
      List<WantedVersion> versions = new ArrayList<>();
      List<HostCheck> found = new ArrayList<>();
      for (PostgreSQLInstance instance : instances) {
        PostgreSQLInstanceSpec spec = instance.getSpec();
        ResourceKey key = key(PostgreSQLInstance.KIND, instance);
        Optional<ServerAccount> account =
            accounts.of(key, Optional.ofNullable(spec.runtime().user()), found);
        versions.add(new WantedVersion(key, spec.version(), spec.runtime().binaries(), account));
      }
      List<HostCheck> checks =
          new ArrayList<>(
              new VersionChecks(InstalledBinaries.ofHost(settings, ofDaemon, new LocalCommands()))
                  .of(versions));
      checks.addAll(found);
      return checks;
    } catch (HostUnavailable e) {
      return List.of(HostCheck.fail("account", e));
    }
  }

  static List<HostCheck> ofBranches(Settings settings, List<Branch> branches) {
    return ports(
        settings,
        branches.stream()
            .filter(branch -> branch.getSpec().network().port() != 0)
            .map(
                branch ->
                    new WantedPort(
                        key(Branch.KIND, branch),
                        BranchRules.ADDRESS,
                        branch.getSpec().network().port()))
            .toList());
  }

  private static List<HostCheck> ports(Settings settings, List<WantedPort> wanted) {
    VolumeClaims claims = new VolumeClaims(LocalHost.pools(settings));
    return new PortChecks(new LocalPorts(claims), claims).of(wanted);
  }

  private static boolean needsHugePages(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .anyMatch(
            each ->
                each.getKey().equalsIgnoreCase("huge_pages")
                    && each.getValue().equalsIgnoreCase("on"));
  }

  private static ResourceKey key(String kind, HasMetadata resource) {
    return new ResourceKey(
        kind, resource.getMetadata().getNamespace(), resource.getMetadata().getName());
  }
}
