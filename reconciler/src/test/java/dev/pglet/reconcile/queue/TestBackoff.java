package dev.pglet.reconcile.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class TestBackoff {
  /** In the middle: chance neither adds nor takes away. */
  private static final RandomGenerator EVEN =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          return 1L << 63;
        }
      };

  @Test
  void doublesFromOneSecondToFiveMinutes() {
    Backoff<String> backoff = Backoff.standard(EVEN);
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      seconds.add(Math.round(backoff.next("a").toNanos() / 1e9));
    }

    assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
    assertThat(backoff.failures("a")).isEqualTo(11);
  }

  @Test
  void countsEachKeyByItselfAndForgets() {
    Backoff<String> backoff = Backoff.standard(EVEN);
    backoff.next("a");
    backoff.next("a");
    backoff.forget("a");

    assertThat(backoff.failures("a")).isZero();
    assertThat(backoff.next("a")).isEqualTo(backoff.next("b"));
  }

  @Test
  void chanceAddsOrTakesAwayAFifthAtMost() {
    Backoff<Integer> backoff = Backoff.standard(new Random(7));
    List<Duration> delays = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      delays.add(backoff.next(i));
    }

    assertThat(delays).allMatch(d -> d.toMillis() >= 799 && d.toMillis() <= 1201);
    assertThat(delays).anyMatch(d -> d.toMillis() < 850).anyMatch(d -> d.toMillis() > 1150);
  }

  @Test
  void neverOverflows() {
    Backoff<String> backoff = Backoff.standard(EVEN);
    for (int i = 0; i < 200; i++) {
      assertThat(backoff.next("a")).isLessThanOrEqualTo(Duration.ofMinutes(5)).isPositive();
    }
  }
}
