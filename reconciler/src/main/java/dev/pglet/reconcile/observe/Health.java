package dev.pglet.reconcile.observe;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * Named checks: {@code healthz} asks whether the process should be restarted, {@code readyz}
 * whether its answers can be relied on. Thread-safe.
 */
public final class Health {
  /** What a probe asks. */
  public enum Probe {
    HEALTHZ,
    READYZ
  }

  private record Check(Probe probe, Supplier<Optional<String>> problem) {}

  private final Map<String, Check> checks = new ConcurrentSkipListMap<>();

  /**
   * Adds a check, in place of one of that name.
   *
   * @param problem what is wrong; empty when nothing is
   */
  public void register(Probe probe, String name, Supplier<Optional<String>> problem) {
    requireNonNull(problem, "problem is null");
    checks.put(name, new Check(probe, problem));
  }

  /** The answers of a probe's checks by name, in the order of names; an empty answer is a pass. */
  public Map<String, Optional<String>> ask(Probe probe) {
    Map<String, Optional<String>> answers = new ConcurrentSkipListMap<>();
    checks.forEach(
        (name, check) -> {
          if (check.probe() == probe) {
            answers.put(name, answer(check));
          }
        });
    return answers;
  }

  public boolean passes(Probe probe) {
    return ask(probe).values().stream().allMatch(Optional::isEmpty);
  }

  private static Optional<String> answer(Check check) {
    try {
      return check.problem().get();
    } catch (RuntimeException e) {
      return Optional.of("the check itself failed: " + e);
    }
  }
}
