package dev.pglet.daemon.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    List<String> words = Options.words(arguments);
    Optional<ObjectNode> daemon = daemon(session);
    Path directory =
        !words.isEmpty()
            ? Path.of(words.getFirst()).toAbsolutePath().normalize()
            : daemon
                .map(object -> Path.of(object.path("manifests").asText()))
                .orElse(settings.places().manifests());
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.good("java", Runtime.version() + " in " + System.getProperty("java.home")));
    findings.addAll(HostChecks.programs(settings.user().isRoot()));
    findings.addAll(PlaceChecks.dataRoot(settings));
    findings.add(daemonFinding(session, daemon));
    if (settings.user().isRoot()) {
      findings.add(HostChecks.account(settings));
    }
    boolean asked = !words.isEmpty() || daemon.isPresent() || settings.places().manifestsChosen();
    if (asked || Files.exists(directory)) {
      findings.addAll(ManifestChecks.manifests(host.manifests(directory)));
      if (Files.isDirectory(directory)) {
        findings.add(inotify(directory, daemon));
        findings.add(ManifestChecks.git(directory));
      }
    } else {
      findings.add(
          Finding.good("manifests", directory + " is not there; pglet run DIR can name any other"));
    }
    findings.forEach(session.out()::println);
    long problems = findings.stream().filter(finding -> !finding.good()).count();
    if (problems > 0) {
      session.err().printf("%d problem(s)%n", problems);
    }
    return problems == 0 ? Cli.OK : Cli.FAILED;
  }

  /** What the daemon says of its own watches counts; another user may have others left. */
  private static Finding inotify(Path directory, Optional<ObjectNode> daemon) {
    Optional<Path> watched = daemon.map(object -> Path.of(object.path("manifests").asText()));
    if (!watched.equals(Optional.of(directory))) {
      return HostChecks.inotify(directory);
    }
    String trouble = daemon.get().path("watchTrouble").asText();
    return trouble.isEmpty()
        ? Finding.good("inotify", "the daemon hears of every change below " + directory)
        : Finding.problem("inotify", trouble, "");
  }

  private static Optional<ObjectNode> daemon(Session session) throws ReconcileException {
    return session.daemon().isEmpty()
        ? Optional.empty()
        : session.daemon().get().get("/pglet/v1/daemon", RemoteResources.JSON);
  }

  private static Finding daemonFinding(Session session, Optional<ObjectNode> daemon)
      throws ReconcileException {
    Path socket = session.settings().apiSocket();
    return daemon
        .map(
            object ->
                Finding.good(
                    "daemon",
                    "pid %s answers on %s and watches %s"
                        .formatted(
                            object.path("pid").asText(),
                            socket,
                            object.path("manifests").asText())))
        .orElseGet(() -> PlaceChecks.noDaemon(session.settings().state(), socket));
  }
}
