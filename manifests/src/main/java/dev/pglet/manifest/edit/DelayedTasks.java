package dev.pglet.manifest.edit;

import java.time.Duration;

/** Runs a task once after a delay, off the caller's thread. */
@FunctionalInterface
public interface DelayedTasks {
  void runAfter(Duration delay, Runnable task);
}
