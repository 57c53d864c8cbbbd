package dev.pglet.server;

import static dev.pglet.server.TestingServer.PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Wait;
import dev.pglet.supervision.Lifecycle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is done to a server whose data is there. */
final class TestServerConvergence {
  private static final Configuration MORE_MEMORY =
      TestingServer.configuration(Map.of("work_mem", "64MB"));

  private final TestingServerSpec wanted = new TestingServerSpec();

  @Nested
  final class Converging {
    @Test
    void leavesAServerThatIsAsWanted() throws InvalidSpec {
      assertThat(converge(wanted, TestingServer.running())).isEmpty();
    }

    @Test
    void writesTheFirstConfigurationBeforeTheFirstStart() throws InvalidSpec {
      assertThat(converge(wanted, TestingServer.initialized()))
          .containsExactly(
              new ServerStep.ApplyConfiguration(desiredHash(), List.of(), false),
              new ServerStep.StartServer(PORT));
    }

    @Test
    void startsAServerThatIsDown() throws InvalidSpec {
      assertThat(converge(wanted, TestingServer.stopped()))
          .containsExactly(new ServerStep.StartServer(PORT));
    }

    @Test
    void stopsAServerThatShallNotRun() throws InvalidSpec {
      assertThat(converge(wanted.stopped(), TestingServer.running()))
          .containsExactly(new ServerStep.StopServer());
      assertThat(converge(wanted.stopped(), TestingServer.stopped())).isEmpty();
    }

    @Test
    void stopsAServerThatIsStillRecoveringWhenItShallNotRun() throws InvalidSpec {
      assertThat(converge(wanted.stopped(), TestingServer.stopped().process(Readiness.STARTING)))
          .containsExactly(new ServerStep.StopServer());
    }

    @Test
    void leavesARecoveringServerAloneWhateverIsWanted() throws InvalidSpec {
      TestingServer server =
          TestingServer.stopped()
              .process(Readiness.STARTING)
              .desires(MORE_MEMORY, "shared_buffers");

      assertThat(converge(wanted, server)).isEmpty();
      Wait wait = ServerPlanner.waiting(wanted.spec(), server.observed()).orElseThrow();
      assertThat(wait.reason()).isEqualTo("Recovering");
      assertThat(wait.resource()).isEmpty();
    }

    @Test
    void waitsForNothingWhenTheServerAcceptsConnectionsOrShallBeDown() {
      assertThat(ServerPlanner.waiting(wanted.spec(), TestingServer.running().observed()))
          .isEmpty();
      assertThat(
              ServerPlanner.waiting(
                  wanted.stopped().spec(),
                  TestingServer.stopped().process(Readiness.STARTING).observed()))
          .isEmpty();
    }

    @Test
    void onlyReloadsForASettingThatAReloadBringsIntoForce() throws InvalidSpec {
      TestingServer server =
          TestingServer.running()
              .desires(MORE_MEMORY, "work_mem")
              .live(contexts(Map.of("work_mem", "user")));

      List<ServerStep> steps = converge(wanted, server);

      assertThat(steps)
          .containsExactly(
              new ServerStep.ApplyConfiguration(MORE_MEMORY.hash(), List.of("work_mem"), true));
      assertThat(steps.getFirst().risk()).isEqualTo(Risk.RELOAD);
    }

    @Test
    void restartsOnlyForTheSettingsThatTheServerItselfSaysNeedIt() throws InvalidSpec {
      TestingServer server =
          TestingServer.running()
              .desires(MORE_MEMORY, "max_connections", "shared_buffers", "work_mem")
              .live(
                  contexts(
                      Map.of(
                          "max_connections", "postmaster",
                          "shared_buffers", "postmaster",
                          "work_mem", "user")));

      assertThat(converge(wanted, server))
          .containsExactly(
              new ServerStep.ApplyConfiguration(
                  MORE_MEMORY.hash(),
                  List.of("max_connections", "shared_buffers", "work_mem"),
                  true),
              new ServerStep.RestartServer(List.of("max_connections", "shared_buffers")));
    }

    @Test
    void startsWithTheNewConfigurationInsteadOfRestartingAServerThatIsDown() throws InvalidSpec {
      TestingServer server = TestingServer.stopped().desires(MORE_MEMORY, "shared_buffers");

      assertThat(converge(wanted, server))
          .containsExactly(
              new ServerStep.ApplyConfiguration(
                  MORE_MEMORY.hash(), List.of("shared_buffers"), false),
              new ServerStep.StartServer(PORT));
    }

    @Test
    void reloadsWhenTheServerHasNotReadTheFilesThatAreThere() throws InvalidSpec {
      TestingServer server = TestingServer.running().live(TestingServer.live("another"));

      assertThat(converge(wanted, server)).containsExactly(new ServerStep.Reload(desiredHash()));
    }

    @Test
    void restartsForWhatACrashBetweenReloadAndRestartHasLeftPending() throws InvalidSpec {
      TestingServer server =
          TestingServer.running()
              .live(
                  new LiveServer(
                      new PostgresVersion(17, 6),
                      Optional.of(desiredHash()),
                      Map.of("shared_buffers", "128MB"),
                      Map.of(),
                      List.of()));

      assertThat(converge(wanted, server))
          .containsExactly(new ServerStep.RestartServer(List.of("shared_buffers")));
    }

    @Test
    void correctsFilesThatSomebodyElseHasChangedBeforeAnythingElse() throws InvalidSpec {
      TestingServer server =
          TestingServer.running()
              .onDisk(false)
              .drift("pg_hba.conf is gone")
              .live(
                  new LiveServer(
                      new PostgresVersion(17, 6),
                      Optional.of(desiredHash()),
                      Map.of("shared_buffers", "128MB"),
                      Map.of(),
                      List.of("work_mem")));

      assertThat(converge(wanted, server))
          .containsExactly(
              new ServerStep.CorrectConfiguration(
                  desiredHash(), List.of("pg_hba.conf is gone"), true));
    }

    @Test
    void resetsWhatAlterSystemSetOverTheManifestBeforeItReloads() throws InvalidSpec {
      TestingServer server =
          TestingServer.running()
              .live(
                  new LiveServer(
                      new PostgresVersion(17, 6),
                      Optional.of("another"),
                      Map.of("shared_buffers", "128MB"),
                      Map.of(),
                      List.of("work_mem")));

      assertThat(converge(wanted, server))
          .containsExactly(new ServerStep.ResetOverrides(List.of("work_mem")));
    }

    @Test
    void remembersAConfigurationAsGoodOnceAServerRunsWithIt() throws InvalidSpec {
      TestingServer server = TestingServer.running().lastGood("an older one");

      assertThat(converge(wanted, server))
          .containsExactly(new ServerStep.RememberGood(desiredHash()));
    }

    @Test
    void restartsARunningServerForOtherBinaries() throws InvalidSpec {
      TestingServer server =
          TestingServer.running()
              .binaries(new Resolution.Ready(TestingServer.binaries(17, 7, "system")));
      PostgresVersion newer = new PostgresVersion(17, 7);

      assertThat(converge(wanted, server))
          .containsExactly(
              new ServerStep.UseBinaries("system", newer),
              new ServerStep.RestartServer(List.of("PostgreSQL 17.7")));
    }

    @Test
    void startsAStoppedServerWithOtherBinariesWithoutARestart() throws InvalidSpec {
      TestingServer server =
          TestingServer.stopped()
              .binaries(new Resolution.Ready(TestingServer.binaries(17, 7, "system")));

      assertThat(converge(wanted, server))
          .containsExactly(
              new ServerStep.UseBinaries("system", new PostgresVersion(17, 7)),
              new ServerStep.StartServer(PORT));
    }

    @Test
    void remembersADirectoryOfBinariesByItsPath() {
      assertThat(ServerPlanner.source(TestingServer.binaries(17, 6, "directory")))
          .isEqualTo("/usr/lib/postgresql/17");
      assertThat(ServerPlanner.source(TestingServer.binaries(17, 6, "embedded")))
          .isEqualTo("embedded");
    }
  }

  @Nested
  final class Refusing {
    private final TestingServer changed = TestingServer.running().desires(MORE_MEMORY, "work_mem");

    @Test
    void leavesTheRunningServerAloneWhenItsConfigurationWasRefused() {
      TestingServer server = changed.refused(MORE_MEMORY, "spec.parameters.work_mem", "too big");

      InvalidSpec error = catchThrowableOfType(InvalidSpec.class, () -> converge(wanted, server));

      assertThat(error.reason()).isEqualTo("ConfigurationRefused");
      assertThat(error.field()).isEqualTo("spec.parameters.work_mem");
      assertThat(error.getMessage()).isEqualTo("too big");
    }

    @Test
    void triesAgainWhenTheSettingsAreOthersThanThoseRefused() throws InvalidSpec {
      Configuration corrected = TestingServer.configuration(Map.of("work_mem", "32MB"));
      TestingServer server =
          TestingServer.running()
              .refused(MORE_MEMORY, "spec.parameters.work_mem", "too big")
              .desires(corrected, "work_mem");

      assertThat(converge(wanted, server))
          .containsExactly(
              new ServerStep.ApplyConfiguration(corrected.hash(), List.of("work_mem"), true));
    }

    @Test
    void startsAServerThatIsDownAsItWasWhenTheNewConfigurationWasRefused() throws InvalidSpec {
      TestingServer server =
          TestingServer.stopped()
              .desires(MORE_MEMORY, "work_mem")
              .refused(MORE_MEMORY, "spec.parameters.work_mem", "too big");

      assertThat(converge(wanted, server)).containsExactly(new ServerStep.StartServer(PORT));
    }

    @Test
    void saysWhatWasRefusedWhenThereIsNoGoodConfigurationToStartWith() {
      TestingServer server =
          TestingServer.initialized()
              .desires(MORE_MEMORY, "work_mem")
              .refused(MORE_MEMORY, "spec.parameters.work_mem", "too big");

      assertThat(catchThrowableOfType(InvalidSpec.class, () -> converge(wanted, server)))
          .hasMessage("too big");
    }

    @Test
    void startsNothingForABadSpecWhenTheServerShallBeDown() {
      assertNothingToStart(wanted.stopped(), TestingServer.stopped());
    }

    @Test
    void startsNothingForABadSpecWithoutData() {
      assertNothingToStart(wanted, TestingServer.created().lastGood("good"));
    }

    @Test
    void startsNothingForABadSpecWithoutBinaries() {
      assertNothingToStart(
          wanted,
          TestingServer.stopped()
              .binaries(new Resolution.Missing("spec.version", "none", "Install it")));
    }

    @Test
    void startsNothingForABadSpecWhenTheServerRuns() {
      assertNothingToStart(wanted, TestingServer.running());
    }

    @Test
    void onlyStopsTheServerOfAnAccountThatIsRefusedAndAlsoWithoutTheAccount() throws InvalidSpec {
      InvalidSpec error = new InvalidSpec("AccountChanged", "spec.x", "x is bad", "Make it good");
      TestingServer running = TestingServer.running().accountRefused(error);
      TestingServer unsecured = TestingServer.running().unsecured().accountRefused(error);
      List<ServerStep> stop = List.of(new ServerStep.StopServer());
      ServerSpec stopped = wanted.stopped().spec();
      ServerSpec fenced =
          wanted.stopped().asked(new Lifecycle(true, Optional.empty(), Optional.empty()));

      assertThat(ServerPlanner.startAsItWas(stopped, running.observed(), error)).isEqualTo(stop);
      assertThat(ServerPlanner.startAsItWas(fenced, running.observed(), error)).isEqualTo(stop);
      assertThat(ServerPlanner.startAsItWas(stopped, unsecured.observed(), error))
          .as("taking over the files would need the account")
          .isEqualTo(stop);
      assertNothingToStart(wanted, running);
      assertNothingToStart(wanted.stopped(), TestingServer.stopped().accountRefused(error));
      assertNothingToStart(wanted.stopped(), TestingServer.running());
    }

    private void assertNothingToStart(TestingServerSpec spec, TestingServer server) {
      InvalidSpec error = new InvalidSpec("Bad", "spec.x", "x is bad", "Make it good");

      assertThat(
              catchThrowableOfType(
                  InvalidSpec.class,
                  () -> ServerPlanner.startAsItWas(spec.spec(), server.observed(), error)))
          .isSameAs(error);
    }
  }

  private static String desiredHash() {
    return TestingServer.configuration(Map.of()).hash();
  }

  private static LiveServer contexts(Map<String, String> contexts) {
    return new LiveServer(
        new PostgresVersion(17, 6), Optional.of(desiredHash()), Map.of(), contexts, List.of());
  }

  private static List<ServerStep> converge(TestingServerSpec wanted, TestingServer server)
      throws InvalidSpec {
    return ServerPlanner.converge(wanted.spec(), server.observed());
  }
}
