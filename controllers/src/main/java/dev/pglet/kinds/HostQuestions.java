package dev.pglet.kinds;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.branch.BranchRules;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.NamedAccount;
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
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Settings;
import dev.pglet.server.place.PlaceRules;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What this host is asked for instances and branches. Makes nothing. */
final class HostQuestions {
  private HostQuestions() {}

  static List<HostCheck> ofInstances(
      Settings settings, List<PostgreSQLInstance> instances, OptionalLong daemon) {
    List<WantedVersion> versions = new ArrayList<>();
    List<WantedPort> ports = new ArrayList<>();
    List<String> hugePages = new ArrayList<>();
    Map<ResourceKey, String> users = new LinkedHashMap<>();
    List<Path> places = new ArrayList<>(List.of(settings.dataRoot(), settings.volumes()));
    List<Path> data = new ArrayList<>();
    for (PostgreSQLInstance instance : instances) {
      PostgreSQLInstanceSpec spec = instance.getSpec();
      ResourceKey key = key(PostgreSQLInstance.KIND, instance);
      String user = spec.runtime().user();
      if (user != null) {
        users.put(key, user);
      }
      versions.add(new WantedVersion(key, spec.version(), spec.runtime().binaries()));
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
    checks.add(
        HostCheck.ok(
            "limits",
            daemon.isPresent()
                ? "those of the daemon, pid " + daemon.getAsLong()
                : "those of this shell, as no daemon runs"));
    checks.addAll(new KernelChecks(files).all(hugePages));
    checks.addAll(new CgroupChecks(files).all());
    checks.addAll(new FileSystemChecks(files).of(places, data));
    try {
      HostAccounts accounts = new HostAccounts();
      ServerAccount account = new ServerAccounts(settings, accounts, _ -> {}).look();
      checks.addAll(
          new VersionChecks(InstalledBinaries.ofHost(settings, account, new LocalCommands()))
              .of(versions));
      checks.addAll(accounts(new NamedAccounts(accounts, account), users));
    } catch (HostUnavailable e) {
      checks.add(HostCheck.fail("account", e));
    }
    checks.addAll(ports(settings, ports));
    return checks;
  }

  private static List<HostCheck> accounts(NamedAccounts accounts, Map<ResourceKey, String> users)
      throws HostUnavailable {
    List<HostCheck> checks = new ArrayList<>();
    for (Map.Entry<ResourceKey, String> user : users.entrySet()) {
      try {
        ServerAccount account = accounts.forNew(NamedAccount.of(user.getValue()));
        checks.add(
            HostCheck.ok(
                "account",
                "%s of %s: uid %d".formatted(account.name(), user.getKey(), account.uid())));
      } catch (InvalidSpec e) {
        checks.add(
            HostCheck.fail(
                "account", "%s: %s".formatted(user.getKey(), e.getMessage()), e.remedy()));
      }
    }
    return checks;
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
