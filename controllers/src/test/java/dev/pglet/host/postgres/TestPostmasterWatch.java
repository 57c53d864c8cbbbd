package dev.pglet.host.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.process.ProcessFacts;
import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TestPostmasterWatch {
  private static final ResourceKey ORDERS = ResourceKey.of("PostgreSQLInstance", "orders");
  private static final Postmaster FIRST = new Postmaster(4_000_001, 1, "boot", 0);
  private static final Postmaster SECOND = new Postmaster(4_000_002, 2, "boot", 0);

  private final Set<Postmaster> dead = new HashSet<>();
  private final List<ResourceKey> told = new ArrayList<>();
  private final Ticks ticks = new Ticks();
  private final PostmasterWatch watch =
      new PostmasterWatch(ticks, told::add, postmaster -> !dead.contains(postmaster));

  @Test
  void aDeathIsToldOnce() {
    watch.watch(ORDERS, FIRST);
    ticks.tick();
    assertThat(told).isEmpty();
    dead.add(FIRST);
    ticks.tick();
    ticks.tick();
    assertThat(told).containsExactly(ORDERS);
    assertThat(ticks.interval).isLessThanOrEqualTo(Duration.ofMillis(250));
  }

  @Test
  void theSuccessorIsWatchedInsteadAndAForgottenOneNotAtAll() {
    watch.watch(ORDERS, FIRST);
    watch.watch(ORDERS, SECOND);
    dead.add(FIRST);
    ticks.tick();
    assertThat(told).isEmpty();
    watch.forget(ORDERS);
    dead.add(SECOND);
    ticks.tick();
    assertThat(told).isEmpty();
  }

  @Test
  void aClosedWatchLooksNoMore() {
    watch.watch(ORDERS, FIRST);
    watch.close();
    assertThat(ticks.cancelled).isTrue();
  }

  @Test
  void theDeathOfAChildIsToldWithoutWaitingForALook() throws Exception {
    Process child = new ProcessBuilder("sleep", "300").start();
    CountDownLatch died = new CountDownLatch(1);
    try (PostmasterWatch real = new PostmasterWatch(ticks, key -> died.countDown())) {
      long startTicks = ProcessFacts.startTicks(child.pid()).orElseThrow();
      real.watch(ORDERS, new Postmaster(child.pid(), startTicks, "boot", 0));
      assertThat(died.getCount()).isEqualTo(1);
      child.destroyForcibly();
      assertThat(died.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Runs the repeated task when it is told to. */
  private static final class Ticks implements Scheduler {
    private Runnable task = () -> {};
    private Duration interval = Duration.ZERO;
    private boolean cancelled;

    void tick() {
      task.run();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable once) {
      throw new UnsupportedOperationException("the watch repeats one task");
    }

    @Override
    public Scheduled every(Duration every, Runnable repeated) {
      interval = every;
      task = repeated;
      return () -> cancelled = true;
    }

    @Override
    public Duration uptime() {
      throw new UnsupportedOperationException("the watch measures no time");
    }
  }
}
