package dev.pglet.host.check;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.binaries.InstalledBinaries;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.reconcile.HostCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which PostgreSQL there is, and whether what manifests want can be had. */
public final class VersionChecks {
  private final InstalledBinaries binaries;

  /**
   * What a manifest wants.
   *
   * @param version {@code 17} or {@code 17.6}
   * @param source {@code auto}, {@code system}, {@code embedded} or a directory
   * @param account that is to run it; empty: the one that servers run as
   */
  public record WantedVersion(
      ResourceKey key, String version, String source, Optional<ServerAccount> account) {}

  public VersionChecks(InstalledBinaries binaries) {
    this.binaries = binaries;
  }

  /** What there is, then one check for each that is wanted. */
  public List<HostCheck> of(List<WantedVersion> wanted) {
    List<HostCheck> checks = new ArrayList<>();
    List<Binaries> all = binaries.all();
    int more = binaries.catalogued().size();
    checks.add(
        all.isEmpty() && more == 0
            ? HostCheck.fail(
                "postgresql",
                "none is installed, and the catalogue has none for this processor",
                "Install a package, for example with: sudo apt-get install postgresql")
            : HostCheck.ok(
                "postgresql",
                "%s; the catalogue has %d"
                    .formatted(
                        all.isEmpty()
                            ? "none is installed"
                            : all.stream()
                                .map(one -> one.version() + " (" + one.source() + ")")
                                .collect(Collectors.joining(", ")),
                        more)));
    wanted.forEach(each -> checks.add(check(each)));
    return checks;
  }

  private HostCheck check(WantedVersion wanted) {
    String who = "%s of %s".formatted(wanted.version(), wanted.key());
    InstalledBinaries asked = wanted.account().map(binaries::as).orElse(binaries);
    return switch (asked.resolve(wanted.version(), wanted.source(), Optional.empty())) {
      case Resolution.Ready ready ->
          HostCheck.ok(
              "version",
              "%s: %s (%s)"
                  .formatted(who, ready.binaries().version(), ready.binaries().directory()));
      case Resolution.Installable installable ->
          HostCheck.ok(
              "version",
              "%s: %s is unpacked when it is first needed".formatted(who, installable.version()));
      case Resolution.Missing missing ->
          HostCheck.fail("version", who + ": " + missing.message(), missing.remedy());
    };
  }
}
