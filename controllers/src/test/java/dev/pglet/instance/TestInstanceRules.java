package dev.pglet.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.pglet.api.v1alpha1.BootstrapSpec;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.api.v1alpha1.NetworkSpec;
import dev.pglet.api.v1alpha1.PerformanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.RuntimeSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.StorageSpec;
import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.UpdateSpec;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.ServerRules;
import dev.pglet.server.TestingServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestInstanceRules {
  private static final InstanceRules RULES = new InstanceRules(new ServerRules(1024));

  private static PostgreSQLInstance instance(
      String version, int port, String address, Database database, Map<String, String> parameters) {
    PostgreSQLInstance instance = new PostgreSQLInstance();
    instance.setSpec(
        new PostgreSQLInstanceSpec(
            null,
            version,
            new RuntimeSpec("process", null, "auto"),
            DesiredState.Running,
            BootstrapSpec.DEFAULT,
            new NetworkSpec(port, address, null),
            new StorageSpec("auto", null, null, null, null, null, null),
            database,
            PerformanceSpec.DEFAULT,
            SecuritySpec.DEFAULT,
            UpdateSpec.DEFAULT,
            List.of(),
            List.of(),
            parameters,
            List.of(
                TestingInstance.extension("hstore", null, null),
                TestingInstance.extension("hstore", null, null)),
            MonitoringSpec.DEFAULT,
            null,
            DeletionPolicy.Retain));
    return instance;
  }

  @Test
  void allThatIsWrongIsSaidAtOnceWithItsField() {
    PostgreSQLInstance wrong =
        instance(
            "12",
            80,
            "0.0.0.0,::",
            new Database("template1", "pg_owner", "UTF8", "C.UTF-8", "UTC"),
            Map.of("listen_addresses", "*"));

    assertThat(RULES.check(wrong))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(
            tuple("VersionUnsupported", "spec.version"),
            tuple("PortNotAllowed", "spec.network.port"),
            tuple("InvalidAddress", "spec.network.bindAddress"),
            tuple("FixedSetting", "spec.parameters.listen_addresses"),
            tuple("ReservedName", "spec.database.name"),
            tuple("ReservedName", "spec.database.owner"),
            tuple("DuplicateExtension", "spec.extensions[1].name"));
    assertThat(RULES.claims(wrong)).containsEntry("spec.network.port", "TCP port 80");
  }

  @Test
  void whereTheKernelGivesLowPortsAwayTheyAreNotRefused() {
    PostgreSQLInstance low = instance("17", 80, "127.0.0.1", TestingInstance.APP, Map.of());

    assertThat(new InstanceRules(new ServerRules(0)).check(low))
        .extracting(InvalidSpec::reason)
        .containsExactly("DuplicateExtension");
    assertThat(RULES.check(low)).extracting(InvalidSpec::reason).contains("PortNotAllowed");
  }

  @Test
  void thePlannerRefusesTheSame() {
    PostgreSQLInstance wrong =
        instance("17", 80, "0.0.0.0", TestingInstance.APP, Map.of("port", "1"));

    InvalidSpec refused =
        catchThrowableOfType(
            InvalidSpec.class,
            () ->
                TestingInstance.plan(
                    wrong.getSpec(), TestingInstance.observed(TestingServer.absent())));

    assertThat(refused.all())
        .extracting(InvalidSpec::explain)
        .isEqualTo(RULES.check(wrong).stream().map(InvalidSpec::explain).toList());
  }
}
