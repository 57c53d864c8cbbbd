package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the host something on behalf of somebody who must not wait for long: a scan holds what every
 * pass needs for its report, and one volume on a dead mount must not stop all. Thread-safe.
 */
final class BriefLooks {
  /** In real time: nobody else can end it. */
  private static final long PATIENCE_SECONDS = 5;

  private final Set<ResourceKey> looking = ConcurrentHashMap.newKeySet();

  /** The answer; true when there is none in time, or it is still being looked for since before. */
  boolean orTrue(ResourceKey key, Callable<Boolean> question) {
    if (!looking.add(key)) {
      return true;
    }
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("pglet-look " + key)
        .start(
            () -> {
              boolean found = true;
              try {
                found = question.call();
              } catch (Throwable e) {
                // Whatever it is, it is no answer.
              } finally {
                looking.remove(key);
                answer.complete(found);
              }
            });
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
