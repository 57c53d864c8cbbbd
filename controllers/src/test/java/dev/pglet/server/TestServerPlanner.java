package dev.pglet.server;

import static dev.pglet.server.TestingServer.PORT;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.certificate.CertificateSeen;
import dev.pglet.host.certificate.CertificateSeen.Refusal;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Risk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class TestServerPlanner {
  private final TestingServerSpec wanted = new TestingServerSpec();

  @Nested
  final class Checks {
    @Test
    void acceptsWhatTheDataAlreadyIs() {
      assertThatCode(() -> check(wanted, TestingServer.running())).doesNotThrowAnyException();
      assertThatCode(() -> check(wanted.of("17.6"), TestingServer.running()))
          .doesNotThrowAnyException();
    }

    @Test
    void takesOverAnOlderVolumeBeforeItLooksAtAnythingElse() throws InvalidSpec {
      ServerObserved observed = TestingServer.running().unsecured().observed();
      List<ServerStep> first = List.of(new ServerStep.SecureVolume(VOLUME));

      assertThat(ServerPlanner.converge(wanted.spec(), observed)).isEqualTo(first);
      assertThat(
              ServerPlanner.startAsItWas(
                  wanted.spec(), observed, refusal(wanted.of("18"), TestingServer.running())))
          .isEqualTo(first);
    }

    @Test
    void refusesAnotherMajorVersionThanTheDataIs() {
      InvalidSpec error = refusal(wanted.of("18"), TestingServer.running());

      assertThat(error.reason()).isEqualTo("MajorVersionChange");
      assertThat(error.field()).isEqualTo("spec.version");
      assertThat(error.remedy()).contains("Set spec.version to \"17\"");
    }

    @Test
    void takesNoVersionForAnotherThatBeginsWithTheSameDigits() {
      TestingServer one =
          TestingServer.running()
              .control(Optional.of(new ControlData(1, "7300000000000000001", 1)));

      assertThat(refusal(wanted, one).reason()).isEqualTo("MajorVersionChange");
    }

    @Test
    void passesOnWhyThereAreNoBinaries() {
      TestingServer server =
          TestingServer.absent()
              .binaries(
                  new Resolution.Missing(
                      "spec.runtime.binaries", "no PostgreSQL 17 here", "Install it"));

      InvalidSpec error = refusal(wanted, server);

      assertThat(error.field()).isEqualTo("spec.runtime.binaries");
      assertThat(error.explain()).isEqualTo("no PostgreSQL 17 here. Install it");
    }

    @Test
    void refusesToMoveDataToAnotherPool() {
      InvalidSpec error = refusal(wanted.in(Path.of("/elsewhere")), TestingServer.stopped());

      assertThat(error.reason()).isEqualTo("Immutable");
      assertThat(error.field()).isEqualTo("spec.storage.pool");
      assertThat(error.getMessage()).contains("/data/volumes", "/elsewhere");
    }
  }

  @Nested
  final class Preparing {
    private static CertificateSeen seen(Optional<String> due, Optional<Refusal> refused) {
      return new CertificateSeen(due, refused, Optional.empty(), Optional.empty(), false);
    }

    @Test
    void aCertificateThatIsDueIsReplacedForAServerThatRuns() {
      CertificateSeen due = seen(Optional.of("it ends soon"), Optional.empty());

      assertThat(prepare(wanted, TestingServer.running().certificate(due)))
          .containsExactly(new ServerStep.PlaceCertificate("it ends soon"));
      assertThat(prepare(wanted.stopped(), TestingServer.stopped().certificate(due))).isEmpty();
    }

    @Test
    void filesThatWereRefusedAreAnErrorOfTheirField() {
      Refusal refusal = new Refusal("KeyMismatch", "spec.security.ssl.keyPath", "wrong", "Mend it");

      assertThatThrownBy(
              () ->
                  ServerPlanner.check(
                      wanted.spec(),
                      TestingServer.running()
                          .certificate(seen(Optional.empty(), Optional.of(refusal)))
                          .observed()))
          .isInstanceOfSatisfying(
              InvalidSpec.class,
              error -> assertThat(error.field()).isEqualTo("spec.security.ssl.keyPath"));
    }

    @Test
    void makesTheVolumeWithTheWantedPort() {
      assertThat(prepare(wanted.onPort(5555), TestingServer.absent()))
          .containsExactly(new ServerStep.CreateVolume(VOLUME, 5555));
    }

    @Test
    void installsBinariesBeforeAnythingElse() {
      PostgresVersion version = new PostgresVersion(17, 6);
      TestingServer server = TestingServer.absent().binaries(new Resolution.Installable(version));

      assertThat(prepare(wanted, server))
          .containsExactly(
              new ServerStep.InstallBinaries(version), new ServerStep.CreateVolume(VOLUME, 0));
    }

    @Test
    void keepsTheAllocatedPortWhenTheSpecNamesNone() {
      assertThat(prepare(wanted, TestingServer.running())).isEmpty();
    }

    @Test
    void leavesAPortThatIsAsWanted() {
      assertThat(prepare(wanted.onPort(PORT), TestingServer.running())).isEmpty();
    }

    @Test
    void movesToThePortThatTheSpecNames() {
      assertThat(prepare(wanted.onPort(5555), TestingServer.running()))
          .containsExactly(new ServerStep.MovePort(PORT, 5555));
    }

    @Test
    void resumesRetainedDataInsteadOfMakingItAnew() {
      TestingServer server = TestingServer.stopped().marker(m -> m.with(Phase.RETAINED));

      assertThat(prepare(wanted, server)).containsExactly(new ServerStep.ResumeVolume(VOLUME));
    }
  }

  @Nested
  final class Deleting {
    @Test
    void hasNothingToDoWithoutAVolume() {
      assertThat(ServerPlanner.delete(TestingServer.absent().observed(), true)).isEmpty();
    }

    @Test
    void stopsTheServerAndKeepsTheData() {
      assertThat(ServerPlanner.delete(TestingServer.running().observed(), false))
          .containsExactly(new ServerStep.StopServer(), new ServerStep.RetainVolume(VOLUME));
    }

    @Test
    void isDoneOnceTheDataIsRetained() {
      TestingServer server = TestingServer.stopped().marker(m -> m.with(Phase.RETAINED));

      assertThat(ServerPlanner.delete(server.observed(), false)).isEmpty();
    }

    @Test
    void stopsTheServerBeforeItRemovesTheData() {
      List<ServerStep> steps = ServerPlanner.delete(TestingServer.running().observed(), true);

      assertThat(steps)
          .containsExactly(new ServerStep.StopServer(), new ServerStep.DestroyVolume(VOLUME));
      assertThat(steps.getLast().risk()).isEqualTo(Risk.DESTRUCTIVE);
    }

    @Test
    void removesRetainedDataWhenThePolicySaysSo() {
      TestingServer server = TestingServer.stopped().marker(m -> m.with(Phase.RETAINED));

      assertThat(ServerPlanner.delete(server.observed(), true))
          .containsExactly(new ServerStep.DestroyVolume(VOLUME));
    }

    @Test
    void keepsNoDataThatWasNeverComplete() {
      assertThat(ServerPlanner.delete(TestingServer.created().observed(), false))
          .containsExactly(new ServerStep.DestroyVolume(VOLUME));
    }
  }

  private static void check(TestingServerSpec wanted, TestingServer server) throws InvalidSpec {
    ServerPlanner.check(wanted.spec(), server.observed());
  }

  private static InvalidSpec refusal(TestingServerSpec wanted, TestingServer server) {
    return catchThrowableOfType(InvalidSpec.class, () -> check(wanted, server));
  }

  private static List<ServerStep> prepare(TestingServerSpec wanted, TestingServer server) {
    return ServerPlanner.prepare(wanted.spec(), server.observed());
  }
}
