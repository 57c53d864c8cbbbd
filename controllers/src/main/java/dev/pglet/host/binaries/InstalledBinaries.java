package dev.pglet.host.binaries;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Finds binaries among the system's packages, the embedded ones and named directories. */
public final class InstalledBinaries implements PostgresBinaries {
  private static final String VERSION = "spec.version";
  private static final String BINARIES = "spec.runtime.binaries";

  private final BinariesDirectories directories;
  private final EmbeddedBinaries embedded;
  private final ServerAccount account;

  /** Those of other accounts: each remembers what its binaries have said. */
  private final Map<ServerAccount, InstalledBinaries> ofOthers = new ConcurrentHashMap<>();

  /** Whether embedded ones were installed for another account, and this one was never asked. */
  private final boolean unproven;

  InstalledBinaries(
      BinariesDirectories directories, EmbeddedBinaries embedded, ServerAccount account) {
    this(directories, embedded, account, false);
  }

  private InstalledBinaries(
      BinariesDirectories directories,
      EmbeddedBinaries embedded,
      ServerAccount account,
      boolean unproven) {
    this.directories = directories;
    this.embedded = embedded;
    this.account = account;
    this.unproven = unproven;
  }

  /** Those of this host, the distribution and the user's Maven repositories. */
  public static InstalledBinaries ofHost(
      Settings settings, ServerAccount account, CommandRunner commands) {
    Optional<Architecture> architecture = Architecture.ofThisMachine();
    return new InstalledBinaries(
        new BinariesDirectories(commands, account),
        new EmbeddedBinaries(
            settings,
            account,
            Catalogue.ofDistribution(),
            architecture,
            Bundled.ofDistribution(architecture),
            new MavenArtifacts(Path.of(System.getProperty("user.home")))),
        account);
  }

  /** All that are there: the system's, then those of the data root, newest first. */
  public List<Binaries> all() {
    List<Binaries> all = new ArrayList<>(directories.ofSystem());
    all.sort(Comparator.comparing(Binaries::version).reversed());
    for (PostgresVersion version : embedded.unpacked()) {
      all.add(BinariesLayout.of(embedded.directory(version), version, "embedded"));
    }
    return all;
  }

  /** What {@link #install} can have for this processor by the catalogue, newest first. */
  public List<PostgresVersion> catalogued() {
    return embedded.catalogued();
  }

  /** What {@link #install} would have for {@code 17} or {@code 17.6}; empty: nothing. */
  public Optional<PostgresVersion> installable(String wanted) {
    return embedded.installable(wanted);
  }

  /**
   * Removes embedded binaries; whoever calls it has made sure that nobody uses them.
   *
   * @return false when there are none of that version
   */
  public boolean remove(PostgresVersion version) throws ReconcileException {
    return embedded.remove(version);
  }

  @Override
  public Resolution resolve(String wanted, String source, Optional<Sticky> sticky) {
    return switch (source) {
      case "system" ->
          system(wanted)
              .<Resolution>map(Resolution.Ready::new)
              .or(() -> silent(wanted))
              .orElseGet(() -> missingFromSystem(wanted));
      case "embedded" -> embedded(wanted, sticky);
      case "auto" -> auto(wanted, sticky);
      default -> directory(wanted, Path.of(source));
    };
  }

  @Override
  public InstalledBinaries as(ServerAccount other) {
    return other.equals(account)
        ? this
        : ofOthers.computeIfAbsent(
            other, each -> new InstalledBinaries(directories.as(each), embedded, each, true));
  }

  @Override
  public Binaries install(PostgresVersion version) throws ReconcileException {
    embedded.install(version);
    Path directory = embedded.directory(version);
    if (!directories.version(directory).equals(Optional.of(version))) {
      throw new HostUnavailable(
          "BinariesNotExecutable",
          "%s/bin/postgres cannot be run by the account %s".formatted(directory, account.name()),
          "See whether its file system is mounted noexec, or a directory above it is closed to"
              + " that account; choose another data root with --data-root");
    }
    return BinariesLayout.of(directory, version, "embedded");
  }

  /** The system's when the version fits, unless the data has been run with embedded ones. */
  private Resolution auto(String wanted, Optional<Sticky> sticky) {
    boolean wasEmbedded = sticky.map(s -> s.source().equals("embedded")).orElse(false);
    if (!wasEmbedded) {
      Optional<Binaries> system = system(wanted);
      if (system.isPresent()) {
        return new Resolution.Ready(system.get());
      }
      // Others in their place would be a guess, and the data would stay with them.
      Optional<Resolution> silent = silent(wanted);
      if (silent.isPresent()) {
        return silent.get();
      }
    }
    return embedded(wanted, sticky);
  }

  private Optional<Resolution> silent(String wanted) {
    int major = Integer.parseInt(wanted.split("\\.", -1)[0]);
    return directories
        .silence(major)
        .map(
            why ->
                new Resolution.Missing(
                    BINARIES,
                    "the system's PostgreSQL %d cannot be asked for its version: %s"
                        .formatted(major, why),
                    "Repair or remove that package (it is asked again within a minute), or set"
                        + " spec.runtime.binaries to embedded"));
  }

  private Optional<Binaries> system(String wanted) {
    return directories.ofSystem().stream()
        .filter(binaries -> binaries.version().matches(wanted))
        .max(Comparator.comparing(Binaries::version));
  }

  private Resolution embedded(String wanted, Optional<Sticky> sticky) {
    Optional<PostgresVersion> kept =
        sticky
            .filter(s -> s.source().equals("embedded"))
            .map(Sticky::version)
            .filter(version -> version.matches(wanted));
    Optional<PostgresVersion> version = kept.or(() -> newest(wanted));
    if (version.isEmpty()) {
      return new Resolution.Missing(
          VERSION,
          "there are no binaries of PostgreSQL %s: no system package, and none in the catalogue"
              .formatted(wanted),
          "Install the package postgresql-%s, or choose another version"
              .formatted(wanted.split("\\.", -1)[0]));
    }
    if (!embedded.unpacked(version.get())) {
      return new Resolution.Installable(version.get());
    }
    Path directory = embedded.directory(version.get());
    if (unproven && !directories.version(directory).equals(version)) {
      return new Resolution.Missing(
          BINARIES,
          directory + "/bin/postgres cannot be run by the account " + account.name(),
          "Let that account pass the directories above it, or choose another data root with"
              + " --data-root");
    }
    return new Resolution.Ready(BinariesLayout.of(directory, version.get(), "embedded"));
  }

  private Optional<PostgresVersion> newest(String wanted) {
    Optional<PostgresVersion> unpacked =
        embedded.unpacked().stream().filter(version -> version.matches(wanted)).findFirst();
    Optional<PostgresVersion> installable = embedded.installable(wanted);
    if (unpacked.isPresent() && installable.isPresent()) {
      return unpacked.get().compareTo(installable.get()) >= 0 ? unpacked : installable;
    }
    return unpacked.or(() -> installable);
  }

  private Resolution directory(String wanted, Path directory) {
    if (!Files.isExecutable(directory.resolve("bin/postgres"))) {
      return new Resolution.Missing(
          BINARIES,
          "there is no " + directory + "/bin/postgres that can be executed",
          "Correct spec.runtime.binaries");
    }
    if (account.switching() && !Ownership.isRootsAlone(directory.resolve("bin/postgres"))) {
      return new Resolution.Missing(
          BINARIES,
          directory + "/bin/postgres can be changed by others than root",
          "Give it and its directories to root and remove write permission for others");
    }
    Optional<PostgresVersion> version = directories.version(directory);
    if (version.isEmpty()) {
      return new Resolution.Missing(
          BINARIES,
          directory + "/bin/postgres cannot be run by the account " + account.name(),
          "Run it with --version as that account to see why");
    }
    if (!version.get().matches(wanted)) {
      return new Resolution.Missing(
          BINARIES,
          "%s holds PostgreSQL %s, and spec.version is %s"
              .formatted(directory, version.get(), wanted),
          "Correct spec.version or spec.runtime.binaries");
    }
    return new Resolution.Ready(BinariesLayout.of(directory, version.get(), "directory"));
  }

  private static Resolution missingFromSystem(String wanted) {
    return new Resolution.Missing(
        BINARIES,
        "no system package of PostgreSQL " + wanted + " is installed",
        "Install it (Debian: apt install postgresql-%1$s; RHEL: dnf install postgresql%1$s-server), or set spec.runtime.binaries to auto or embedded"
            .formatted(wanted.split("\\.", -1)[0]));
  }
}
