package dev.pglet.server.config;

import dev.pglet.api.v1alpha1.PerformanceSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The block {@code performance} as settings. A field that is not written gives none. */
public final class PerformanceSettings {
  /** The names of fields below {@code spec.performance}, by the setting that they give. */
  static final Map<String, String> FIELDS =
      Map.of(
          "shared_buffers", "sharedBuffers",
          "effective_cache_size", "effectiveCacheSize",
          "work_mem", "workMem",
          "maintenance_work_mem", "maintenanceWorkMem",
          "wal_buffers", "walBuffers",
          "checkpoint_completion_target", "checkpointCompletionTarget",
          "random_page_cost", "randomPageCost",
          "max_worker_processes", "maxWorkerProcesses",
          "max_parallel_workers", "maxParallelWorkers",
          "max_parallel_maintenance_workers", "maxParallelMaintenanceWorkers");

  private PerformanceSettings() {}

  public static Map<String, String> of(PerformanceSpec wanted) {
    Map<String, String> settings = new LinkedHashMap<>();
    put(settings, "shared_buffers", wanted.sharedBuffers());
    put(settings, "effective_cache_size", wanted.effectiveCacheSize());
    put(settings, "work_mem", wanted.workMem());
    put(settings, "maintenance_work_mem", wanted.maintenanceWorkMem());
    put(settings, "wal_buffers", wanted.walBuffers());
    put(settings, "checkpoint_completion_target", wanted.checkpointCompletionTarget());
    put(settings, "random_page_cost", wanted.randomPageCost());
    put(settings, "max_worker_processes", wanted.maxWorkerProcesses());
    put(settings, "max_parallel_workers", wanted.maxParallelWorkers());
    put(settings, "max_parallel_maintenance_workers", wanted.maxParallelMaintenanceWorkers());
    return settings;
  }

  private static void put(Map<String, String> settings, String name, @Nullable Object value) {
    if (value != null) {
      settings.put(name, value.toString());
    }
  }
}
