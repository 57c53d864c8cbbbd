package dev.pglet.server;

import static dev.pglet.server.TestingServer.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestHeldBack {
  private static final ServerStep APPLY =
      new ServerStep.ApplyConfiguration("hash", List.of("shared_buffers"), true);
  private static final ServerStep BINARIES =
      new ServerStep.UseBinaries("system", new PostgresVersion(17, 7));
  private static final ServerStep MOVE = new ServerStep.MovePort(PORT, 5555);
  private static final ServerStep RESTART = new ServerStep.RestartServer(List.of("shared_buffers"));
  private static final List<ServerStep> ALL = List.of(MOVE, BINARIES, APPLY, RESTART);

  @Test
  void aRestartWaitsAndWhatIsReloadedDoesNot() {
    HeldBack held = HeldBack.of(ALL, false, TestingServer.running().observed());

    assertThat(held.now()).containsExactly(APPLY);
    assertThat(held.later()).containsExactly(MOVE, BINARIES, RESTART);
  }

  @Test
  void nothingWaitsWhenARestartMayBe() {
    HeldBack held = HeldBack.of(ALL, true, TestingServer.running().observed());

    assertThat(held.now()).isEqualTo(ALL);
    assertThat(held.later()).isEmpty();
  }

  @Test
  void aServerThatIsDownOrThatNobodyReachesIsNotLeftSo() {
    List<ServerStep> start = List.of(BINARIES, new ServerStep.StartServer(PORT));

    assertThat(HeldBack.of(start, false, TestingServer.stopped().observed()).now())
        .isEqualTo(start);
    assertThat(
            HeldBack.of(
                    List.of(RESTART),
                    false,
                    TestingServer.running().process(Readiness.SILENT).observed())
                .now())
        .containsExactly(RESTART);
  }

  @Test
  void aServerThatShallStopStops() {
    assertThat(
            HeldBack.of(
                    List.of(new ServerStep.StopServer()), false, TestingServer.running().observed())
                .now())
        .containsExactly(new ServerStep.StopServer());
  }
}
