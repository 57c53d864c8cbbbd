package dev.pglet.server;

import dev.pglet.host.postgres.PostgresServer.Readiness;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps parted by whether a running server may be restarted now.
 *
 * @param now in their order
 * @param later a restart, and what holds from it on: binaries and a port that clients would be told
 *     of before the server has them
 */
public record HeldBack(List<ServerStep> now, List<ServerStep> later) {
  public HeldBack {
    now = List.copyOf(now);
    later = List.copyOf(later);
  }

  /** Nothing is held back from a server that is down, or that nobody can connect to. */
  public static HeldBack of(List<ServerStep> steps, boolean mayRestart, ServerObserved observed) {
    if (mayRestart || !observed.running() || observed.readiness() != Readiness.ACCEPTING) {
      return new HeldBack(steps, List.of());
    }
    List<ServerStep> now = new ArrayList<>();
    List<ServerStep> later = new ArrayList<>();
    for (ServerStep step : steps) {
      boolean held =
          step instanceof ServerStep.RestartServer
              || step instanceof ServerStep.UseBinaries
              || step instanceof ServerStep.MovePort;
      (held ? later : now).add(step);
    }
    return new HeldBack(now, later);
  }
}
