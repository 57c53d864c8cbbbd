package dev.pglet.daemon.doctor;

import dev.pglet.cli.git.GitFilter;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The manifest directory. */
final class ManifestChecks {
  /** Somebody may write all the time. */
  private static final int MOST_LOOKS = 3;

  private ManifestChecks() {}

  /** Whether it can be read and trusted, and each manifest in it. */
  static List<HostCheck> manifests(Path root, Snapshot snapshot) {
    List<HostCheck> findings = new ArrayList<>();
    snapshot.rejected().stream()
        .flatMap(rejected -> rejected.problems().stream())
        .forEach(problem -> findings.add(HostCheck.fail("manifests", problem.toString(), "")));
    if (findings.isEmpty()) {
      findings.add(
          HostCheck.ok(
              "manifests",
              "%s, %d in force%s"
                  .formatted(
                      root,
                      snapshot.accepted().size(),
                      snapshot.complete() ? "" : "; " + snapshot.incompleteBecause())));
    }
    return findings;
  }

  /** A file that was written just now is judged by what it says a moment later. */
  static Snapshot settled(ManifestSource manifests) {
    Snapshot snapshot = manifests.scan();
    for (int looks = 0; looks < MOST_LOOKS && snapshot.settleIn().isPresent(); looks++) {
      try {
        Thread.sleep(snapshot.settleIn().get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return snapshot;
      }
      snapshot = manifests.scan();
    }
    return snapshot;
  }

  static HostCheck git(Path directory) {
    try {
      return switch (GitFilter.of(directory)) {
        case GitFilter.NoRepository _ -> HostCheck.ok("git", directory + " is in no repository");
        case GitFilter.NotWanted not ->
            HostCheck.fail(
                "git",
                "%s is in the repository %s, whose commits would hold statuses"
                    .formatted(directory, not.workTree()),
                "Run: pglet git setup " + directory);
        case GitFilter.Ready ready ->
            HostCheck.ok("git", "statuses stay out of commits of " + ready.workTree());
        case GitFilter.Broken broken -> HostCheck.fail("git", broken.problem(), broken.remedy());
      };
    } catch (HostUnavailable e) {
      return HostCheck.fail("git", e);
    }
  }
}
