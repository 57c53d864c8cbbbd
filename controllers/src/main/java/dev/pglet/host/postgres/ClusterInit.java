package dev.pglet.host.postgres;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.TreeSync;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes database clusters: initdb, or a copy of what it made before, into a directory beside,
 * synced as a whole, then renamed. A killed initdb leaves a directory that looks whole; under its
 * own name it deceives nobody.
 */
final class ClusterInit {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  /** The first version whose initdb turns checksums on unless it is told not to. */
  private static final int CHECKSUMS_BY_DEFAULT = 18;

  private final CommandRunner commands;
  private final Optional<PristineClusters> pristine;

  /**
   * @param pristine where clusters are kept to be copied; else initdb makes each
   */
  ClusterInit(CommandRunner commands, Optional<PristineClusters> pristine) {
    this.commands = commands;
    this.pristine = pristine;
  }

  void initialize(InitRequest request) throws ReconcileException {
    Path data = request.dataDirectory();
    if (Files.exists(data)) {
      return;
    }
    String prefix = data.getFileName() + ".init-";
    Path staged = data.resolveSibling(prefix + UUID.randomUUID().toString().substring(0, 8));
    try (TreeSync writing = TreeSync.begin(above(data))) {
      removeLeftovers(data, prefix);
      make(request, staged);
      // initdb would sync one file after the other, which takes longer than all the rest of it.
      writing.complete(staged);
      Ownership.give(staged, request.account());
      DurableFile.rename(staged, data);
    } catch (IOException e) {
      throw new HostUnavailable(
          "ClusterNotCreated",
          "making the database cluster %s: %s".formatted(data, e),
          "See that pglet may write there",
          e);
    } catch (ReconcileException e) {
      removeQuietly(staged, e);
      throw e;
    }
  }

  /** Makes the cluster, by initdb or as a copy, in a directory that is closed to the account. */
  private void make(InitRequest request, Path staged) throws ReconcileException, IOException {
    // WAL elsewhere is no part of the tree that is kept.
    Optional<PristineClusters.Place> place =
        request.walDirectory().isPresent()
            ? Optional.empty()
            : pristine.flatMap(each -> each.of(arguments(request), request.account()));
    if (place.isEmpty()) {
      initdb(request, staged);
    } else if (!place.get().isKept()) {
      make(request, staged, place.get());
    } else {
      place.get().copyTo(staged, request.account());
    }
  }

  /** Of several that need the same, one makes it and the others copy it. */
  private void make(InitRequest request, Path staged, PristineClusters.Place place)
      throws ReconcileException, IOException {
    place.making.lock();
    try {
      if (!place.isKept()) {
        initdb(request, staged);
        place.keep(staged, request.account());
        return;
      }
    } finally {
      place.making.unlock();
    }
    place.copyTo(staged, request.account());
  }

  private void initdb(InitRequest request, Path staged) throws ReconcileException, IOException {
    // The account cannot make it: what lies beside it is not the account's.
    Ownership.directory(staged, request.account(), "rwx------");
    List<String> command = new ArrayList<>(arguments(request));
    command.addAll(List.of("-D", staged.toString()));
    request.walDirectory().ifPresent(wal -> command.addAll(List.of("-X", wal.toString())));
    Result result =
        commands.run(
            new Invocation(
                command,
                // Else it compares this host's time zone with every one that it knows, for a
                // setting that the configuration replaces.
                Map.of("TZ", "UTC"),
                Optional.of(request.account()),
                Optional.empty(),
                DEADLINE));
    if (result.exitCode() != 0) {
      throw failed(request, result);
    }
    // The account is kept out from now on: another server of it could put anything there.
    Ownership.ours(staged, request.account(), "rwx------");
  }

  /** All but the directories. */
  private static List<String> arguments(InitRequest request) {
    List<String> command =
        new ArrayList<>(
            List.of(
                request.binaries().bin("initdb"),
                "-U",
                "postgres",
                "-A",
                "peer",
                "--no-sync",
                "-E",
                request.encoding(),
                "--locale=" + request.locale()));
    if (request.dataChecksums()) {
      command.add("--data-checksums");
    } else if (request.binaries().version().major() >= CHECKSUMS_BY_DEFAULT) {
      command.add("--no-data-checksums");
    }
    if (request.walSegmentMegabytes() != InitRequest.WAL_SEGMENT_MEGABYTES) {
      command.add("--wal-segsize=" + request.walSegmentMegabytes());
    }
    command.addAll(provider(request));
    return command;
  }

  private static List<String> provider(InitRequest request) {
    return switch (request.localeProvider()) {
      case "icu" -> List.of("--locale-provider=icu", "--icu-locale=" + tag(request.locale()));
      case "builtin" ->
          List.of("--locale-provider=builtin", "--builtin-locale=" + request.locale());
      default -> List.of();
    };
  }

  /** {@code en_US.UTF-8} as ICU calls it; what only the C library knows is its root locale. */
  private static String tag(String locale) {
    String name = locale.split("[.@]", 2)[0];
    return name.equals("C") || name.equals("POSIX") ? "und" : name.replace('_', '-');
  }

  private static void removeLeftovers(Path data, String prefix) throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(above(data), prefix + "*")) {
      for (Path leftover : leftovers) {
        FileTree.delete(leftover);
      }
    }
  }

  private static Path above(Path data) throws IOException {
    Path above = data.getParent();
    if (above == null) {
      throw new IOException(data + " has no directory above it");
    }
    return above;
  }

  private static void removeQuietly(Path staged, ReconcileException reason) {
    try {
      FileTree.delete(staged);
    } catch (IOException e) {
      // The next run removes it; what went wrong first is what the user must see.
      reason.addSuppressed(e);
    }
  }

  private static ReconcileException failed(InitRequest request, Result result) {
    String words = words(result);
    String doing = "initdb of " + request.dataDirectory();
    if (words.contains("invalid locale") || words.contains("locale name")) {
      return new HostUnavailable(
              "LocaleMissing",
              "%s: this host has no locale %s".formatted(doing, request.locale()),
              "Install it (Debian, Ubuntu: apt-get install locales && locale-gen %s; Fedora, RHEL: dnf install glibc-langpack-%s), or choose C.UTF-8"
                  .formatted(request.locale(), request.locale().split("_", 2)[0]))
          .at("spec.database.locale");
    }
    if (words.contains("server encoding name") || words.contains("encoding")) {
      return new InvalidSpec(
          "EncodingInvalid",
          "spec.database.encoding",
          "%s with encoding %s and locale %s: %s"
              .formatted(doing, request.encoding(), request.locale(), words),
          "Use UTF8 with a UTF-8 locale");
    }
    if (words.contains("No space left") || words.contains("quota exceeded")) {
      return new HostUnavailable("NoSpace", doing + ": " + words, "Free space there");
    }
    return new StepFailed(
        "InitdbFailed",
        "%s ended with exit code %d: %s".formatted(doing, result.exitCode(), words),
        "Correct what it says; it is tried again");
  }

  private static String words(Result result) {
    List<String> lines =
        (result.stderr().isBlank() ? result.stdout() : result.stderr())
            .lines()
            .filter(line -> !line.isBlank())
            .map(String::strip)
            .toList();
    List<String> errors =
        lines.stream().filter(line -> line.contains("error:") || line.contains("FATAL:")).toList();
    List<String> chosen = errors.isEmpty() ? lines : errors;
    return String.join("; ", chosen.subList(Math.max(0, chosen.size() - 3), chosen.size()));
  }
}
