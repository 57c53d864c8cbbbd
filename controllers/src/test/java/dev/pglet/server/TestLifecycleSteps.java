package dev.pglet.server;

import static dev.pglet.server.TestingServer.PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.supervision.DiskSpace;
import dev.pglet.supervision.DoneTokens;
import dev.pglet.supervision.Ends;
import dev.pglet.supervision.Lifecycle;
import dev.pglet.supervision.Supervision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is done for fences, and for restarts and reloads that somebody asks for. */
final class TestLifecycleSteps {
  private static final Lifecycle FENCED = new Lifecycle(true, Optional.empty(), Optional.empty());
  private static final Lifecycle RESTART =
      new Lifecycle(false, Optional.of("one"), Optional.empty());
  private static final Lifecycle RELOAD =
      new Lifecycle(false, Optional.empty(), Optional.of("one"));

  private final Configuration other = TestingServer.configuration(Map.of("work_mem", "9MB"));

  @Test
  void fencedIsDownAndItsConfigurationIsWrittenAllTheSame() throws InvalidSpec {
    ServerSpec spec = down(FENCED);

    assertThat(converge(spec, TestingServer.running().desires(other, "work_mem")))
        .containsExactly(new ServerStep.StopServer());
    assertThat(converge(spec, TestingServer.stopped().desires(other, "work_mem")))
        .containsExactly(
            new ServerStep.ApplyConfiguration(other.hash(), List.of("work_mem"), false));
    assertThat(converge(spec, TestingServer.stopped())).isEmpty();
  }

  @Test
  void aConfigurationThatIsRefusedIsSaidOfAFencedServerToo() {
    TestingServer server =
        TestingServer.stopped()
            .desires(other, "work_mem")
            .refused(other, "spec.parameters.work_mem", "too big");

    assertThat(
            catchThrowableOfType(InvalidSpec.class, () -> converge(down(FENCED), server)).field())
        .isEqualTo("spec.parameters.work_mem");
  }

  @Test
  void stoppedLeavesTheConfigurationAsItIs() throws InvalidSpec {
    assertThat(converge(down(Lifecycle.NONE), TestingServer.stopped().desires(other, "work_mem")))
        .isEmpty();
  }

  @Test
  void aRestartIsDoneOnceForEachId() throws InvalidSpec {
    assertThat(converge(up(RESTART), TestingServer.running()))
        .containsExactly(new ServerStep.RestartServer(List.of("request one")));
    assertThat(converge(up(RESTART), done(TestingServer.running(), RESTART))).isEmpty();
  }

  /** Pglet died between the start and its note of it. */
  @Test
  void aRestartThatWasBegunIsDoneWhenAnotherServerRuns() throws InvalidSpec {
    Lifecycle second = new Lifecycle(false, Optional.of("two"), Optional.empty());
    Optional<Postmaster> running = TestingServer.running().observed().postmaster();
    Optional<Postmaster> before =
        running.map(now -> new Postmaster(now.pid(), 1, now.bootId(), now.startTime()));
    Map<String, String> stopped = DoneTokens.begun(Map.of(), RESTART, running);
    Map<String, String> started = DoneTokens.begun(Map.of(), RESTART, before);

    assertThat(converge(up(RESTART), knowing(stopped)))
        .as("it was not even stopped")
        .containsExactly(new ServerStep.RestartServer(List.of("request one")));
    assertThat(converge(up(RESTART), knowing(started))).isEmpty();
    assertThat(knowing(started).observed().doneTokens().restarted(RESTART)).contains("one");
    assertThat(converge(up(second), knowing(started)))
        .containsExactly(new ServerStep.RestartServer(List.of("request two")));

    Map<String, String> again = DoneTokens.begun(started, second, running);
    assertThat(DoneTokens.of(again).restarts()).as("it is noted at last").containsExactly("one");
    assertThat(DoneTokens.of(again, running).restart(second)).contains("two");
    assertThat(DoneTokens.of(again, before).restart(second)).isEmpty();
    assertThat(DoneTokens.of(DoneTokens.started(again, second), before).restarts())
        .containsExactly("one", "two");
  }

  private static TestingServer knowing(Map<String, String> facts) {
    return TestingServer.running().marker(marker -> marker.withFacts(facts));
  }

  @Test
  void aReloadIsDoneOnceForEachId() throws InvalidSpec {
    assertThat(converge(up(RELOAD), TestingServer.running()))
        .containsExactly(
            new ServerStep.ReloadAsAsked("one", TestingServer.configuration(Map.of()).hash()));
    assertThat(converge(up(RELOAD), done(TestingServer.running(), RELOAD))).isEmpty();
  }

  @Test
  void aRecoveringServerIsNotRestartedHoweverMuchSomebodyAsksForIt() throws InvalidSpec {
    assertThat(converge(up(RESTART), TestingServer.stopped().process(Readiness.STARTING)))
        .isEmpty();
  }

  @Test
  void aServerThatIsDownOnPurposeNeedsNoRestart() throws InvalidSpec {
    assertThat(converge(down(RESTART), TestingServer.stopped()))
        .containsExactly(new ServerStep.NoteTokens());
    assertThat(converge(down(RESTART), done(TestingServer.stopped(), RESTART))).isEmpty();
  }

  @Test
  void aServerThatIsStartedAnywayIsNotRestartedAfterwards() throws InvalidSpec {
    assertThat(converge(up(RESTART), TestingServer.stopped()))
        .containsExactly(new ServerStep.StartServer(PORT));
  }

  @Test
  void anEndIsNotedBeforeTheServerIsStartedAgainAndOnlyTheFirstTimeAtOnce() throws InvalidSpec {
    TestingServer first = ended(TestingServer.stopped(), true);
    TestingServer again = ended(TestingServer.stopped(), false);

    assertThat(converge(up(Lifecycle.NONE), first))
        .containsExactly(new ServerStep.NoteEnd(), new ServerStep.StartServer(PORT));
    assertThat(converge(up(Lifecycle.NONE), again)).containsExactly(new ServerStep.NoteEnd());
    assertThat(
            ServerPlanner.startAsItWas(
                up(Lifecycle.NONE), again.observed(), new InvalidSpec("A", "b", "c", "d")))
        .as("a spec that is refused makes no hot loop of it")
        .containsExactly(new ServerStep.NoteEnd());
  }

  @Test
  void aServerThatRunsAgainIsNotedWhoeverHasStartedIt() throws InvalidSpec {
    TestingServer running =
        TestingServer.running()
            .marker(marker -> marker.withFacts(Ends.ended(Map.of(), Instant.EPOCH)));

    assertThat(converge(up(Lifecycle.NONE), running)).containsExactly(new ServerStep.NoteRestart());
  }

  private static TestingServer ended(TestingServer server, boolean first) {
    return new TestingServer(
        server
            .observed()
            .supervised(
                new Supervision(
                    Optional.empty(),
                    List.of(),
                    true,
                    first,
                    false,
                    !first,
                    "",
                    DiskSpace.PLENTY)));
  }

  @Test
  void anOldIdThatComesBackDoesNothing() {
    Map<String, String> facts = DoneTokens.started(Map.of(), RESTART);
    Lifecycle second = new Lifecycle(false, Optional.of("two"), Optional.empty());
    DoneTokens done = DoneTokens.of(DoneTokens.started(facts, second));

    assertThat(done.restart(RESTART)).isEmpty();
    assertThat(done.restarted(RESTART)).contains("one");
    assertThat(done.restarted(Lifecycle.NONE)).contains("two");
  }

  @Test
  void whatIsNoIdIsRefusedByItsAnnotation() {
    for (String id : List.of("", "a,b", "x y", "a\nb", "-a", "a".repeat(65), "'; DROP")) {
      Lifecycle bad = new Lifecycle(false, Optional.of(id), Optional.of(id));
      assertThat(bad.check())
          .as(id)
          .extracting(InvalidSpec::field)
          .containsExactly(
              "metadata.annotations.pglet.dev/restart", "metadata.annotations.pglet.dev/reload");
    }
    assertThat(
            new Lifecycle(false, Optional.of("2026-11-28T10:00:00.1Z"), Optional.empty()).check())
        .isEmpty();
  }

  private static List<ServerStep> converge(ServerSpec spec, TestingServer server)
      throws InvalidSpec {
    return ServerPlanner.converge(spec, server.observed());
  }

  private static TestingServer done(TestingServer server, Lifecycle asked) {
    return server.marker(marker -> marker.withFacts(DoneTokens.started(marker.facts(), asked)));
  }

  private static ServerSpec up(Lifecycle asked) {
    return new TestingServerSpec().asked(asked);
  }

  private static ServerSpec down(Lifecycle asked) {
    return new TestingServerSpec().stopped().asked(asked);
  }
}
