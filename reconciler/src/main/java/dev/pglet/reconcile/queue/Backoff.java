package dev.pglet.reconcile.queue;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures in a row: twice as long after each, up to a limit, give or take a
 * part by chance so that what failed together is not tried together. Thread-safe.
 *
 * @param <K> what fails
 */
public final class Backoff<K> {
  private final Duration first;
  private final Duration most;
  private final double jitter;
  private final RandomGenerator random;
  private final Map<K, Integer> failures = new ConcurrentHashMap<>();

  /**
   * How it grows.
   *
   * @param jitter the part of a delay that chance adds or takes away at most, such as 0.2
   */
  public Backoff(Duration first, Duration most, double jitter, RandomGenerator random) {
    this.first = requireNonNull(first, "first is null");
    this.most = requireNonNull(most, "most is null");
    this.jitter = jitter;
    this.random = requireNonNull(random, "random is null");
  }

  /** One second at first, five minutes at most, a fifth by chance. */
  public static <K> Backoff<K> standard(RandomGenerator random) {
    return new Backoff<>(Duration.ofSeconds(1), Duration.ofMinutes(5), 0.2, random);
  }

  /** Counts a failure and says how long to wait. */
  public Duration next(K key) {
    int doublings = Math.min(failures.merge(key, 1, Integer::sum) - 1, 30);
    double seconds = Math.min(seconds(first) * (1L << doublings), seconds(most));
    double chance = 1 + jitter * (2 * random.nextDouble() - 1);
    return Duration.ofNanos((long) (seconds * chance * 1e9));
  }

  /** The failures in a row. */
  public int failures(K key) {
    return failures.getOrDefault(key, 0);
  }

  public void forget(K key) {
    failures.remove(key);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
