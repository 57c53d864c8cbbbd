package dev.pglet.instance;

import static dev.pglet.server.TestingServer.UID;

import dev.pglet.api.v1alpha1.BootstrapSpec;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.api.v1alpha1.NetworkSpec;
import dev.pglet.api.v1alpha1.PerformanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.RuntimeSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.StorageSpec;
import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.UpdateSpec;
import dev.pglet.health.HealthObserved;
import dev.pglet.health.Vitals;
import dev.pglet.instance.InstanceObserved.SqlFacts;
import dev.pglet.instance.database.DatabaseFacts;
import dev.pglet.instance.extension.ExtensionFacts;
import dev.pglet.instance.extension.Packages;
import dev.pglet.instance.role.TestingRoles;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Plan;
import dev.pglet.server.ServerRules;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import dev.pglet.server.TestingServerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an instance shall be, and as what it could be observed. */
final class TestingInstance {
  static final Database APP = new Database("app", "app", "UTF8", "C.UTF-8", "UTC");
  static final SqlFacts COMPLETE =
      new SqlFacts(
          TestingRoles.OWNER,
          new DatabaseFacts(
              Map.of("app", new DatabaseFacts.Database("16384", "app", "UTF8", "C.UTF-8", false))),
          new ExtensionFacts(
              Map.of(),
              List.of(),
              List.of(),
              new Packages(Packages.Distribution.DEBIAN, 17, true)));

  /** Nothing of its health was seen. */
  static final HealthObserved UNSEEN =
      new HealthObserved(
          Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(), Set.of());

  static final InstanceRules RULES = new InstanceRules(new ServerRules(1024));

  private TestingInstance() {}

  static Plan<InstanceStep> plan(PostgreSQLInstanceSpec wanted, InstanceObserved observed)
      throws InvalidSpec {
    return InstancePlanner.plan(RULES, wanted, new TestingServerSpec().spec(), observed);
  }

  static PostgreSQLInstanceSpec wanted(Database database, Extension... extensions) {
    return wanted(database, DeletionPolicy.Retain, extensions);
  }

  static PostgreSQLInstanceSpec wanted(
      Database database, DeletionPolicy policy, Extension... extensions) {
    return wanted(database, policy, MonitoringSpec.DEFAULT, extensions);
  }

  /** One whose data is taken over from a directory. */
  static PostgreSQLInstanceSpec adopting(@Nullable String dataDirectory) {
    return wanted(
        new BootstrapSpec(null, new BootstrapSpec.Adopt()),
        new StorageSpec("auto", null, null, dataDirectory, null, null, null),
        APP,
        DeletionPolicy.Retain,
        MonitoringSpec.DEFAULT);
  }

  private static PostgreSQLInstanceSpec wanted(
      Database database,
      DeletionPolicy policy,
      MonitoringSpec monitoring,
      Extension... extensions) {
    return wanted(
        BootstrapSpec.DEFAULT,
        new StorageSpec("auto", null, null, null, null, null, null),
        database,
        policy,
        monitoring,
        extensions);
  }

  static PostgreSQLInstanceSpec wanted(
      BootstrapSpec bootstrap,
      StorageSpec storage,
      Database database,
      DeletionPolicy policy,
      MonitoringSpec monitoring,
      Extension... extensions) {
    return new PostgreSQLInstanceSpec(
        null,
        "17",
        new RuntimeSpec("process", null, "auto"),
        DesiredState.Running,
        bootstrap,
        new NetworkSpec(0, "127.0.0.1", null),
        storage,
        database,
        PerformanceSpec.DEFAULT,
        SecuritySpec.DEFAULT,
        UpdateSpec.DEFAULT,
        List.of(),
        List.of(),
        Map.of(),
        List.of(extensions),
        monitoring,
        null,
        policy);
  }

  static PostgreSQLInstanceSpec unmonitored() {
    MonitoringSpec off = new MonitoringSpec(false, null, MonitoringSpec.DEFAULT.alerting());
    return wanted(APP, DeletionPolicy.Retain, off);
  }

  static InstanceObserved lackingMonitor(boolean recovering) {
    InstanceObserved complete = observed(TestingServer.running(), COMPLETE);
    Vitals vitals =
        new Vitals(
            0,
            97,
            Duration.ZERO,
            0,
            200_000_000,
            0,
            1 << 30,
            Optional.empty(),
            false,
            recovering,
            false);
    return new InstanceObserved(
        complete.uid(),
        complete.server(),
        complete.database(),
        complete.owner(),
        complete.parameters(),
        complete.windowOpen(),
        complete.facts(),
        new HealthObserved(
            Instant.EPOCH, Optional.of(vitals), Optional.empty(), Optional.empty(), Set.of()),
        Optional.empty());
  }

  static Extension extension(String name, @Nullable String version, @Nullable String schema) {
    return new Extension(name, true, version, schema, List.of(), Map.of());
  }

  static InstanceStep onServer(ServerStep step) {
    return new InstanceStep.OnServer(step);
  }

  static InstanceObserved observed(TestingServer server) {
    return observed(server, Optional.empty());
  }

  static InstanceObserved observed(TestingServer server, SqlFacts facts) {
    return observed(server, Optional.of(facts));
  }

  private static InstanceObserved observed(TestingServer server, Optional<SqlFacts> facts) {
    return new InstanceObserved(
        UID, server.observed(), "app", "app", Map.of(), true, facts, UNSEEN, Optional.empty());
  }
}
