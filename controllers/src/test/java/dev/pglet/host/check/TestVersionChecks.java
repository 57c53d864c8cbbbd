package dev.pglet.host.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.binaries.InstalledBinaries;
import dev.pglet.host.check.VersionChecks.WantedVersion;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.postgres.RealPostgres;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestVersionChecks {
  private static final ServerAccount PGLET = new ServerAccount("pglet", 900, 900, true);
  private static final ServerAccount APP = new ServerAccount("app", 1001, 1001, true);

  @TempDir private Path directory;

  /** Only one account can execute anything. */
  private HostCheck check(ServerAccount can, Optional<ServerAccount> named) {
    CommandRunner commands =
        invocation ->
            invocation.account().equals(Optional.of(can))
                ? new Result(0, "postgres (PostgreSQL) " + RealPostgres.SYSTEM_MAJOR + ".6\n", "")
                : new Result(126, "", "Permission denied");
    Settings settings =
        new Settings(directory.resolve("root"), directory.resolve("run"), Optional.empty(), false);
    VersionChecks checks = new VersionChecks(InstalledBinaries.ofHost(settings, PGLET, commands));
    ResourceKey key = ResourceKey.of(PostgreSQLInstance.KIND, "orders");
    return checks
        .of(List.of(new WantedVersion(key, RealPostgres.SYSTEM_MAJOR, "system", named)))
        .getLast();
  }

  @Test
  void theAccountThatIsToRunThemIsAsked() {
    assertThat(check(PGLET, Optional.empty()).result()).isEqualTo(HostCheck.Result.OK);
    assertThat(check(APP, Optional.of(APP)).result()).isEqualTo(HostCheck.Result.OK);
    assertThat(check(PGLET, Optional.of(APP)).result()).isEqualTo(HostCheck.Result.FAIL);
  }
}
