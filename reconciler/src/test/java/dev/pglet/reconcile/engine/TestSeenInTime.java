package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.watch.DirectoryWatcher;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.store.ResourceChange;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import dev.pglet.reconcile.testing.UnsyncedFiles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real watcher, the real clock and the real git: two seconds after the last change of a burst
 * all of it is in force. Half a second of these a file must have been quiet for. The disk is not
 * waited for, and the first burst finds a Java that has compiled nothing yet: it is not measured.
 * On a machine that does something else too, the time is that which a free one would have needed.
 */
final class TestSeenInTime {
  private static final Duration IN_TIME = Duration.ofSeconds(2);
  private static final int FILES = 1000;

  /** That passes by itself. */
  private static final Duration SETTLING = Duration.ofMillis(500);

  private static final Duration CALIBRATION = Duration.ofMillis(100);

  @TempDir(factory = InMemory.class)
  private Path directory;

  /** When each box was last accepted in another colour, by the engine's own word. */
  private static final class Accepted {
    private final Map<ResourceKey, String> colours = new HashMap<>();
    private long last;

    synchronized void hear(ResourceChange change) {
      String colour = change.object().at("/spec/colour").asText();
      if (!colour.equals(colours.put(change.key(), colour))) {
        last = System.nanoTime();
        notifyAll();
      }
    }

    /** Since when all are of that colour. */
    synchronized long awaitAll(String colour) throws InterruptedException {
      while (colours.size() < FILES || !colours.values().stream().allMatch(colour::equals)) {
        wait();
      }
      return last;
    }
  }

  private static void commit(TestingRepository repository, String colour) throws Exception {
    repository.git("checkout", "-q", "-b", colour);
    for (int i = 0; i < FILES; i++) {
      repository.write(
          "team%d/box-%d.yaml".formatted(i % 10, i),
          document("box-" + i, "size: 3, colour: " + colour));
    }
    repository.commit(colour);
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void twoSecondsAfterACheckoutOfAThousandFilesAllAreInForce() throws Exception {
    Path root = directory.toRealPath().resolve("manifests");
    TestingRepository repository = TestingRepository.init(root);
    repository.git("commit", "-q", "--allow-empty", "-m", "none");
    commit(repository, "red");
    commit(repository, "blue");
    repository.git("checkout", "-q", "main");
    InstantSource clock = InstantSource.system();
    Settings settings =
        new Settings(directory.resolve("data"), directory.resolve("run"), Optional.empty(), false);
    Accepted accepted = new Accepted();
    int bursts = 0;
    try (SystemScheduler scheduler = new SystemScheduler();
        Engine engine =
            Engine.open(
                EngineParts.of(
                        settings,
                        List.of(new ToyProvider(new ToyHost())),
                        new ManifestDirectory(
                            root,
                            ToyProvider.registry(),
                            clock,
                            TrustRule.forThisProcess(),
                            scheduler::schedule),
                        clock,
                        scheduler)
                    .writingBy(new UnsyncedFiles()))) {
      engine.start();
      try (DirectoryWatcher _ = DirectoryWatcher.start(root, engine::rescan);
          Engine.Watch _ = engine.watch(0, ToyProvider.CRD, accepted::hear).orElseThrow()) {
        for (String colour : List.of("red", "blue", "red")) {
          double before = share();
          // With force: what pglet has written into the files meanwhile is thrown away.
          repository.git("checkout", "-q", "-f", colour);
          long quiet = System.nanoTime();

          Duration late = Duration.ofNanos(accepted.awaitAll(colour) - quiet);
          assertThat(engine.converge(Duration.ofMinutes(2)).succeeded()).isTrue();
          double share = Math.min(before, share());
          System.out.printf(
              "all are %s after %d ms, with %.2f of a processor%n", colour, late.toMillis(), share);
          if (bursts++ > 0) {
            assertThat(onFreeProcessors(late, share)).as(colour).isLessThan(IN_TIME);
          }
        }
      }
    }
  }

  /** Where others leave a part of a processor only, the work takes as much longer. */
  private static Duration onFreeProcessors(Duration late, double share) {
    Duration work = late.minus(SETTLING);
    return SETTLING.plusNanos((long) (work.toNanos() * share));
  }

  /** How much of a processor there is for a thread that never waits. */
  private static double share() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long began = System.nanoTime();
    long used = threads.getCurrentThreadCpuTime();
    while (System.nanoTime() - began < CALIBRATION.toNanos()) {
      Thread.onSpinWait();
    }
    return (double) (threads.getCurrentThreadCpuTime() - used) / (System.nanoTime() - began);
  }
}
