package dev.pglet.daemon.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code doctor}: whether this host, this data root and this manifest directory are in order. */
public final class DoctorCommand implements BuiltinCommand {
  private final Host host;

  public DoctorCommand(Host host) {
    this.host = host;
  }

  /** What is looked at with the settings of this process. */
  public interface Host {
    DaemonSettings settings() throws ReconcileException;

    /** The manifests of a directory, judged as the daemon would. */
    ManifestSource manifests(Path root) throws ReconcileException;

    /**
     * What the kinds find on this host.
     *
     * @param manifests what was read of the root; empty when it is not there
     * @param daemon the process id of the daemon; empty: none runs
     */
    List<HostCheck> ofKinds(Path root, Optional<Snapshot> manifests, OptionalLong daemon)
        throws ReconcileException;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("doctor", "Check what pglet needs here; changes nothing.")
        .addPositional(
            Options.words(
                "DIR",
                "0..1",
                "The manifest directory. Default: the daemon's, else the settings'."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    DaemonSettings settings = host.settings();
    Optional<ObjectNode> daemon = daemon(session);
    Path directory = directory(arguments, daemon, settings);
    boolean asked =
        !Options.words(arguments).isEmpty()
            || daemon.isPresent()
            || settings.places().manifestsChosen();
    Optional<Snapshot> manifests = Optional.empty();
    if (asked || Files.exists(directory)) {
      manifests = Optional.of(ManifestChecks.settled(host.manifests(directory)));
    }
    List<HostCheck> findings = new ArrayList<>(hostChecks(host, directory, manifests, daemon));
    findings.add(daemonFinding(session, daemon));
    if (manifests.isPresent()) {
      findings.addAll(ManifestChecks.manifests(directory, manifests.get()));
      if (Files.isDirectory(directory)) {
        findings.add(inotify(directory, daemon));
        findings.add(ManifestChecks.git(directory));
      }
    } else {
      findings.add(
          HostCheck.ok("manifests", directory + " is not there; pglet run DIR can name any other"));
    }
    findings.forEach(finding -> session.out().println(line(finding)));
    long problems =
        findings.stream().filter(finding -> finding.result() == HostCheck.Result.FAIL).count();
    if (problems > 0) {
      session.err().printf("%d problem(s)%n", problems);
    }
    return problems == 0 ? Cli.OK : Cli.FAILED;
  }

  /** The directory that the words name, else the daemon's, else the settings'. */
  static Path directory(
      ParseResult arguments, Optional<ObjectNode> daemon, DaemonSettings settings) {
    List<String> words = Options.words(arguments);
    return !words.isEmpty()
        ? Path.of(words.getFirst()).toAbsolutePath().normalize()
        : daemon
            .map(object -> Path.of(object.path("manifests").asText()))
            .orElse(settings.places().manifests());
  }

  /** What is asked of the host itself, whoever asks. */
  static List<HostCheck> hostChecks(
      Host host, Path directory, Optional<Snapshot> manifests, Optional<ObjectNode> daemon)
      throws ReconcileException {
    DaemonSettings settings = host.settings();
    List<HostCheck> checks = new ArrayList<>();
    checks.add(HostCheck.ok("java", Runtime.version() + " in " + System.getProperty("java.home")));
    checks.addAll(HostChecks.programs(settings.user().isRoot()));
    checks.addAll(PlaceChecks.dataRoot(settings));
    if (settings.user().isRoot()) {
      checks.add(HostChecks.account(settings));
    }
    OptionalLong pid = daemon.stream().mapToLong(object -> object.path("pid").asLong()).findFirst();
    checks.addAll(host.ofKinds(directory, manifests, pid));
    return checks;
  }

  private static String line(HostCheck check) {
    String word =
        switch (check.result()) {
          case OK -> "ok";
          case WARN -> "warn";
          case FAIL -> "problem";
        };
    String line = "%-8s %-14s %s".formatted(word, check.subject(), check.detail());
    return check.remedy().isEmpty() ? line : line + "\n" + " ".repeat(24) + check.remedy();
  }

  /** What the daemon says of its own watches counts; another user may have others left. */
  private static HostCheck inotify(Path directory, Optional<ObjectNode> daemon) {
    Optional<Path> watched = daemon.map(object -> Path.of(object.path("manifests").asText()));
    if (!watched.equals(Optional.of(directory))) {
      return HostChecks.inotify(directory);
    }
    String trouble = daemon.get().path("watchTrouble").asText();
    return trouble.isEmpty()
        ? HostCheck.ok("inotify", "the daemon hears of every change below " + directory)
        : HostCheck.fail("inotify", trouble, "");
  }

  static Optional<ObjectNode> daemon(Session session) throws ReconcileException {
    return session.daemon().isEmpty()
        ? Optional.empty()
        : session.daemon().get().get("/pglet/v1/daemon", RemoteResources.JSON);
  }

  private static HostCheck daemonFinding(Session session, Optional<ObjectNode> daemon)
      throws ReconcileException {
    Path socket = session.settings().apiSocket();
    return daemon
        .map(
            object ->
                HostCheck.ok(
                    "daemon",
                    "pid %s answers on %s and watches %s"
                        .formatted(
                            object.path("pid").asText(),
                            socket,
                            object.path("manifests").asText())))
        .orElseGet(() -> PlaceChecks.noDaemon(session.settings().state(), socket));
  }
}
