package dev.pglet.host.testing;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Embedded binaries of a {@link TestingHost}: a catalogue, and what of it is installed. */
public final class TestingBinaries implements PostgresBinaries {
  private final TestingHost host;
  private final List<PostgresVersion> catalogue;

  public TestingBinaries(TestingHost host, PostgresVersion... catalogue) {
    this.host = host;
    this.catalogue = List.of(catalogue);
  }

  @Override
  public Resolution resolve(String wanted, String source, Optional<Sticky> sticky) {
    Optional<PostgresVersion> kept =
        sticky.map(Sticky::version).filter(version -> version.matches(wanted));
    Optional<PostgresVersion> installed =
        kept.or(() -> newest(List.copyOf(host.installed), wanted));
    Optional<PostgresVersion> version = installed.or(() -> newest(catalogue, wanted));
    if (version.isEmpty()) {
      return new Resolution.Missing(
          "spec.version", "there is no PostgreSQL " + wanted, "Choose another version");
    }
    return host.installed.contains(version.get())
        ? new Resolution.Ready(binaries(version.get()))
        : new Resolution.Installable(version.get());
  }

  @Override
  public TestingBinaries as(ServerAccount account) {
    return this;
  }

  @Override
  public Binaries install(PostgresVersion version) throws ReconcileException {
    if (!catalogue.contains(version)) {
      throw new HostUnavailable("BinariesMissing", "no PostgreSQL " + version, "");
    }
    if (host.installed.add(version)) {
      host.count("install");
    }
    return binaries(version);
  }

  /** What this port says of a version. */
  public static Binaries binaries(PostgresVersion version) {
    Path directory = Path.of("/binaries", version.toString());
    return new Binaries(
        version,
        directory,
        "embedded",
        directory.resolve("lib/postgresql"),
        directory.resolve("share/postgresql"));
  }

  private static Optional<PostgresVersion> newest(List<PostgresVersion> of, String wanted) {
    return of.stream().filter(v -> v.matches(wanted)).max(Comparator.naturalOrder());
  }
}
