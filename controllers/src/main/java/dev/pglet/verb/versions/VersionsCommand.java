package dev.pglet.verb.versions;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.host.binaries.InstalledBinaries;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code versions list|available|install|remove}. */
public final class VersionsCommand implements BuiltinCommand {
  private static final String EMBEDDED = "embedded";

  private final Hosts hosts;

  /**
   * What is looked at.
   *
   * @param pools whose markers say which versions data were last run with
   */
  public record Host(InstalledBinaries binaries, Pools pools) {}

  /** Makes it by the settings. */
  @FunctionalInterface
  public interface Hosts {
    /**
     * The host.
     *
     * @param installs whether something will be made: then the servers' account must be there
     */
    Host of(Settings settings, boolean installs) throws ReconcileException;
  }

  public VersionsCommand(Hosts hosts) {
    this.hosts = hosts;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("versions", "List, install and remove PostgreSQL versions.")
        .addPositional(
            Options.words(
                "list | available | install V | remove V",
                "0..*",
                "What to do; V is 17, for the newest minor of the catalogue, or 17.6."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    String verb = words.isEmpty() ? "" : words.getFirst();
    boolean named = verb.equals("install") || verb.equals("remove");
    if (words.size() != (named ? 2 : 1)
        || !(named || List.of("list", "available").contains(verb))) {
      throw new UsageError(
          "write: pglet versions list, available, install VERSION or remove VERSION");
    }
    Host host = hosts.of(session.settings(), verb.equals("install"));
    switch (verb) {
      case "list" -> list(host, session);
      case "available" -> available(host, session);
      case "install" -> install(words.get(1), host, session);
      default -> remove(words.get(1), host, session);
    }
    return Cli.OK;
  }

  private static void list(Host host, Session session) {
    Inventory inventory = host.pools().inventory();
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("VERSION", "SOURCE", "DIRECTORY", "USED BY"));
    for (Binaries binaries : host.binaries().all()) {
      lines.add(
          List.of(
              binaries.version().toString(),
              binaries.source(),
              binaries.directory().toString(),
              String.join(", ", users(inventory, binaries.source(), binaries.version()))));
    }
    if (lines.size() == 1) {
      session.out().println("None is installed; pglet versions available shows what can be.");
    } else {
      TablePrinter.print(session.out(), lines);
    }
    inventory
        .unreadable()
        .forEach(one -> session.err().println("not known: " + one.problem().explain()));
  }

  /** Whose data were last run with it, retained data too. */
  private static Set<String> users(Inventory inventory, String source, PostgresVersion version) {
    TreeSet<String> users = new TreeSet<>();
    for (Volume volume : inventory.volumes()) {
      VolumeMarker marker = volume.marker();
      if (marker.binariesSource().equals(source) && marker.version().equals(version.toString())) {
        boolean retained = marker.phase() == VolumeMarker.Phase.RETAINED;
        users.add(marker.key() + (retained ? " (retained)" : ""));
      }
    }
    return users;
  }

  private static void available(Host host, Session session) {
    List<PostgresVersion> there =
        host.binaries().all().stream()
            .filter(binaries -> binaries.source().equals(EMBEDDED))
            .map(Binaries::version)
            .toList();
    for (PostgresVersion version : host.binaries().catalogued()) {
      session.out().println(version + (there.contains(version) ? "   installed" : ""));
    }
  }

  private static void install(String wanted, Host host, Session session) throws ReconcileException {
    if (!wanted.matches("[0-9]{1,2}([.][0-9]{1,2})?")) {
      throw new UsageError("'%s' is no version: write 17 or 17.6".formatted(wanted));
    }
    PostgresVersion version =
        host.binaries()
            .installable(wanted)
            .orElseThrow(
                () ->
                    new Refused(
                        "NoSuchVersion",
                        "the catalogue has no PostgreSQL " + wanted + " for this processor",
                        "See pglet versions available"));
    Binaries installed = host.binaries().install(version);
    session.out().printf("PostgreSQL %s is installed in %s%n", version, installed.directory());
  }

  private static void remove(String word, Host host, Session session) throws ReconcileException {
    if (!word.matches("[0-9]{1,2}[.][0-9]{1,2}")) {
      throw new UsageError("'%s' is no exact version: write 17.6".formatted(word));
    }
    PostgresVersion version = PostgresVersion.parse(word);
    Inventory inventory = host.pools().inventory();
    if (!inventory.unreadable().isEmpty()) {
      // What cannot be read may need just this version.
      throw inventory.unreadable().getFirst().problem();
    }
    Set<String> users = users(inventory, EMBEDDED, version);
    Path directory = session.settings().binaries().resolve(version.toString());
    running(directory).forEach(pid -> users.add("the process " + pid));
    if (!users.isEmpty()) {
      throw new Refused(
          "VersionInUse",
          "PostgreSQL %s is used by %s".formatted(version, String.join(", ", users)),
          "Give them another version, or delete their data, first");
    }
    if (!host.binaries().remove(version)) {
      throw new Refused(
          "NotInstalled",
          "PostgreSQL %s is not installed in %s".formatted(version, session.settings().binaries()),
          "See pglet versions list; what packages have installed is theirs to remove");
    }
    session.out().printf("PostgreSQL %s is removed%n", version);
  }

  private static List<Long> running(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .command()
                    .map(command -> Path.of(command).startsWith(directory))
                    .orElse(false))
        .map(ProcessHandle::pid)
        .toList();
  }
}
