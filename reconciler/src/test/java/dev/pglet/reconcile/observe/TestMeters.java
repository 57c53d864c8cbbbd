package dev.pglet.reconcile.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.observe.Meters.Result;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TestMeters {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters meters = new Meters(registry, List.of("Toy"), 4);

  private double count(String name) {
    return registry.get(name).tag("kind", "Toy").counter().count();
  }

  private double passes(Result result) {
    return registry
        .get("pglet.reconcile")
        .tag("kind", "Toy")
        .tag("result", result.name().toLowerCase(Locale.ROOT))
        .counter()
        .count();
  }

  @Test
  void allCountersAreThereBeforeAnythingHasHappened() {
    for (Result result : Result.values()) {
      assertThat(passes(result)).isZero();
    }
    assertThat(count("pglet.reconcile.errors")).isZero();
    assertThat(count("pglet.terminal.reconcile.errors")).isZero();
    assertThat(count("pglet.workqueue.retries")).isZero();
    assertThat(registry.get("pglet.max.concurrent.reconciles").gauge().value()).isEqualTo(4);
  }

  @Test
  void whatFailedIsAnErrorAndTriedAgain() {
    meters.pass("Toy", Result.ERROR, Duration.ofSeconds(2));

    assertThat(passes(Result.ERROR)).isEqualTo(1);
    assertThat(count("pglet.reconcile.errors")).isEqualTo(1);
    assertThat(count("pglet.workqueue.retries")).isEqualTo(1);
    assertThat(count("pglet.terminal.reconcile.errors")).isZero();
    assertThat(registry.get("pglet.reconcile.time").timer().max(TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void whatStalledIsATerminalErrorAndNotTriedAgain() {
    meters.pass("Toy", Result.STALLED, Duration.ZERO);

    assertThat(count("pglet.reconcile.errors")).isEqualTo(1);
    assertThat(count("pglet.terminal.reconcile.errors")).isEqualTo(1);
    assertThat(count("pglet.workqueue.retries")).isZero();
  }

  @Test
  void whatEndedOtherwiseIsNoError() {
    for (Result result :
        List.of(Result.SUCCESS, Result.WAITING, Result.SUPERSEDED, Result.DELETED)) {
      meters.pass("Toy", result, Duration.ZERO);
      assertThat(passes(result)).isEqualTo(1);
    }

    assertThat(count("pglet.reconcile.errors")).isZero();
    assertThat(count("pglet.terminal.reconcile.errors")).isZero();
    assertThat(count("pglet.workqueue.retries")).isZero();
  }

  @Test
  void stepsAreCountedByNameAndResult() {
    meters.step("Toy", "Build", true, Duration.ofSeconds(3));
    meters.step("Toy", "Build", false, Duration.ofSeconds(1));
    meters.step("Toy", "Burn", false, Duration.ofSeconds(1));

    assertThat(
            registry
                .get("pglet.step")
                .tag("step", "Build")
                .tag("result", "success")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(
            registry
                .get("pglet.step.duration")
                .tag("step", "Build")
                .tag("result", "success")
                .timer()
                .totalTime(TimeUnit.SECONDS))
        .isEqualTo(3);
    assertThat(registry.find("pglet.step").tag("result", "error").counters()).hasSize(2);
  }
}
