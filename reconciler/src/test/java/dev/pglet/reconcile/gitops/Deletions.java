package dev.pglet.reconcile.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Whether each box that was destroyed was one that somebody wanted destroyed. */
final class Deletions {
  private static final Duration GONE_FOR = Duration.ofSeconds(30);

  private final ToyHost host;
  private final TestingScheduler time;
  private final Map<String, Instant> missing = new TreeMap<>();
  private final Set<String> confirmed = new HashSet<>();
  private int acts;
  private boolean broken;

  Deletions(ToyHost host, TestingScheduler time) {
    this.host = host;
    this.time = time;
  }

  /** Somebody has consented to these. */
  void confirmed(Collection<ResourceKey> keys) {
    keys.forEach(key -> confirmed.add(key.name()));
  }

  /**
   * The files are so now, and stay so until {@link #check}.
   *
   * @param wanted empty while some file cannot be understood
   */
  void look(Optional<Map<String, Boxes.Wanted>> wanted) {
    broken = wanted.isEmpty();
    if (wanted.isPresent()) {
      missing.keySet().removeAll(wanted.get().keySet());
      confirmed.removeAll(wanted.get().keySet());
      for (ResourceKey key : host.boxes().keySet()) {
        if (!wanted.get().containsKey(key.name())) {
          missing.putIfAbsent(key.name(), time.instant());
        }
      }
    }
  }

  /** All that was destroyed since. */
  void check() {
    List<String> all = host.acts();
    for (String act : all.subList(acts, all.size())) {
      if (act.startsWith("Burn ")) {
        checkBurn(act.substring(act.lastIndexOf('/') + 1));
      }
    }
    acts = all.size();
  }

  private void checkBurn(String name) {
    boolean asked = confirmed.contains(name);
    assertThat(missing).as("%s was destroyed and has a manifest", name).containsKey(name);
    Instant since = missing.getOrDefault(name, time.instant());
    assertThat(asked || !broken).as("%s was destroyed while a file was wrong", name).isTrue();
    assertThat(asked || !since.plus(GONE_FOR).isAfter(time.instant()))
        .as("%s was destroyed after less than 30 s", name)
        .isTrue();
    long together =
        missing.entrySet().stream()
            .filter(entry -> entry.getValue().equals(since))
            .filter(entry -> !Boxes.keeps(entry.getKey()))
            .count();
    assertThat(asked || together <= 1)
        .as("%s was destroyed, and %d vanished at once", name, together)
        .isTrue();
    missing.remove(name);
  }
}
