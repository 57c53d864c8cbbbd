package dev.pglet.server;

import dev.pglet.api.v1alpha1.AuditSpec;
import dev.pglet.api.v1alpha1.ConfigStatus;
import dev.pglet.api.v1alpha1.ConfigStatus.PendingRestart;
import dev.pglet.api.v1alpha1.UpdateSpec.Restart;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.config.AuditSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a status and conditions say of the configuration. Pure. */
public final class ConfigurationReport {
  private static final String APPLIED = "ConfigApplied";
  private static final String RESTART_PENDING = "RestartPending";

  private ConfigurationReport() {}

  /** Which configuration is in force. */
  public static @Nullable ConfigStatus status(ServerObserved observed) {
    Optional<LiveServer> live = observed.live();
    return observed
        .desired()
        .map(
            desired ->
                new ConfigStatus(
                    desired.hash(),
                    live.flatMap(LiveServer::loadedHash).orElse(null),
                    observed.lastGoodHash().orElse(null),
                    pending(observed),
                    refused(observed)
                        .map(refused -> refused.problems().stream().map(ConfigurationReport::say))
                        .map(lines -> lines.toList())
                        .orElse(null)))
        .orElse(null);
  }

  /** Whether the server runs with what the spec says; nothing before there is a configuration. */
  public static List<KindCondition> applied(ServerObserved observed) {
    if (observed.desired().isEmpty() || !observed.initialized()) {
      return List.of();
    }
    Optional<RefusedConfiguration> refused = refused(observed);
    if (refused.isPresent()) {
      return List.of(
          KindCondition.no(
              APPLIED,
              "Refused",
              refused.get().problems().stream()
                  .map(ConfigurationReport::say)
                  .collect(Collectors.joining("; "))));
    }
    if (observed.live().isEmpty()) {
      return List.of(
          new KindCondition(
              APPLIED, "Unknown", "ServerNotAsked", "no server answers that could say it"));
    }
    boolean loaded =
        observed.live().get().loadedHash().equals(observed.desired().map(Configuration::hash));
    return List.of(
        loaded
            ? KindCondition.yes(APPLIED, "Applied", "")
            : KindCondition.no(APPLIED, "NotLoaded", "the server has not read it yet"));
  }

  /**
   * What waits for a restart, and what the restart waits for.
   *
   * @param deferred the steps that are held back; without any there is no condition
   */
  public static List<KindCondition> restartPending(
      ServerObserved observed, Restart policy, List<? extends Step> deferred) {
    if (deferred.isEmpty()) {
      return List.of();
    }
    List<String> what = new ArrayList<>();
    for (PendingRestart setting : pending(observed)) {
      String desired = setting.desired();
      what.add(
          "%s is %s and becomes %s"
              .formatted(
                  setting.name(),
                  setting.current(),
                  desired == null ? "PostgreSQL's own default" : desired));
    }
    for (Step step : deferred) {
      if (step.risk() != Risk.RESTART || what.isEmpty()) {
        what.add(step.describe());
      }
    }
    String until =
        policy == Restart.Window
            ? "waits for the window of spec.update"
            : "waits for the annotation pglet.dev/restart";
    return List.of(
        KindCondition.yes(
            RESTART_PENDING, "WaitsFor" + policy, String.join("; ", what) + "; " + until));
  }

  /** Whether statements are logged with less distinction than was asked for. */
  public static List<KindCondition> auditDegraded(AuditSpec wanted, ServerObserved observed) {
    if (!AuditSettings.enabled(wanted)
        || observed.desired().isEmpty()
        || observed.readyBinaries().isEmpty()
        || PreloadList.contains(observed.desired().get().settings(), AuditSettings.LIBRARY)) {
      return List.of();
    }
    Binaries binaries = observed.readyBinaries().get();
    String remedy =
        binaries.source().equals("system")
            ? "install the package postgresql-%d-pgaudit (Debian, Ubuntu: apt-get install postgresql-%1$d-pgaudit)"
                .formatted(binaries.version().major())
            : "set spec.runtime.binaries to system and install the package postgresql-%d-pgaudit"
                .formatted(binaries.version().major());
    return List.of(
        KindCondition.yes(
            "AuditDegraded",
            "LibraryMissing",
            "pgaudit is not in %s: log_statement = %s logs statements as they were sent, without the objects that they reach; %s"
                .formatted(
                    binaries.libraries(),
                    observed.desired().get().settings().getOrDefault("log_statement", "none"),
                    remedy)));
  }

  private static List<PendingRestart> pending(ServerObserved observed) {
    List<PendingRestart> pending = new ArrayList<>();
    observed
        .live()
        .ifPresent(
            live ->
                live.pendingRestart()
                    .forEach(
                        (name, current) ->
                            pending.add(
                                new PendingRestart(
                                    name,
                                    current,
                                    observed
                                        .desired()
                                        .map(desired -> desired.settings().get(name))
                                        .orElse(null)))));
    return pending;
  }

  private static Optional<RefusedConfiguration> refused(ServerObserved observed) {
    return observed
        .refused()
        .filter(
            refused ->
                Optional.of(refused.hash()).equals(observed.desired().map(Configuration::hash)));
  }

  private static String say(RefusedConfiguration.Problem problem) {
    return problem.field() + ": " + problem.message();
  }
}
