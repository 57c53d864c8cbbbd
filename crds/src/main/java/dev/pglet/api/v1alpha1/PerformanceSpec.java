package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Memory, planner and worker settings. A size is a number with one of PostgreSQL's units: without a
 * unit a number means something else for each setting. Null everywhere: PostgreSQL's own default.
 */
public record PerformanceSpec(
    @JsonPropertyDescription(
            "Memory for the shared buffers, such as 256MB. Default: PostgreSQL's own. Change: restart.")
        @Pattern(SIZE)
        @Nullable String sharedBuffers,
    @JsonPropertyDescription(
            "How much of the data the planner shall think to be cached, such as 1GB. Default: PostgreSQL's own. Change: reload.")
        @Pattern(SIZE)
        @Nullable String effectiveCacheSize,
    @JsonPropertyDescription(
            "Memory of one sort or hash before it goes to disk, such as 8MB. Default: PostgreSQL's own. Change: reload.")
        @Pattern(SIZE)
        @Nullable String workMem,
    @JsonPropertyDescription(
            "Memory of VACUUM, CREATE INDEX and the like, such as 64MB. Default: PostgreSQL's own. Change: reload.")
        @Pattern(SIZE)
        @Nullable String maintenanceWorkMem,
    @JsonPropertyDescription(
            "Memory for WAL that is not yet written, such as 16MB. Default: PostgreSQL's own, a part of the shared buffers. Change: restart.")
        @Pattern(SIZE)
        @Nullable String walBuffers,
    @JsonPropertyDescription(
            "Over which part of the time between checkpoints one is spread, from 0 to 1. Default: PostgreSQL's own. Change: reload.")
        @Min(0)
        @Max(1)
        @Nullable Double checkpointCompletionTarget,
    @JsonPropertyDescription(
            "The planner's cost of a page that is read out of order, where one in order costs 1. Default: PostgreSQL's own. Change: reload.")
        @Min(0)
        @Max(1_000_000)
        @Nullable Double randomPageCost,
    @JsonPropertyDescription(
            "Highest number of background processes. Default: PostgreSQL's own. Change: restart.")
        @Min(0)
        @Max(262142)
        @Nullable Integer maxWorkerProcesses,
    @JsonPropertyDescription(
            "How many of these may work for queries. Default: PostgreSQL's own. Change: reload.")
        @Min(0)
        @Max(1024)
        @Nullable Integer maxParallelWorkers,
    @JsonPropertyDescription(
            "How many of these may work for one CREATE INDEX or VACUUM. Default: PostgreSQL's own. Change: reload.")
        @Min(0)
        @Max(1024)
        @Nullable Integer maxParallelMaintenanceWorkers) {
  public static final PerformanceSpec DEFAULT =
      new PerformanceSpec(null, null, null, null, null, null, null, null, null, null);

  private static final String SIZE = "^[0-9]+([.][0-9]+)?(kB|MB|GB|TB)$";
}
