package dev.pglet.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.PerformanceSpec;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TestPerformanceSettings {
  @Test
  void everyFieldGivesItsSetting() {
    PerformanceSpec all =
        new PerformanceSpec("192MB", "768MB", "8MB", "64MB", "8MB", 0.8, 1.1, 4, 3, 2);

    assertThat(new TreeMap<>(PerformanceSettings.of(all)))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "shared_buffers", "192MB",
                    "effective_cache_size", "768MB",
                    "work_mem", "8MB",
                    "maintenance_work_mem", "64MB",
                    "wal_buffers", "8MB",
                    "checkpoint_completion_target", "0.8",
                    "random_page_cost", "1.1",
                    "max_worker_processes", "4",
                    "max_parallel_workers", "3",
                    "max_parallel_maintenance_workers", "2")));
  }

  @Test
  void whatIsNotWrittenIsPostgresqlsOwnDefault() {
    assertThat(PerformanceSettings.of(PerformanceSpec.DEFAULT)).isEmpty();
  }

  @Test
  void whatTheServerSaysOfASettingIsSaidOfItsField() {
    assertThat(
            Arrays.stream(PerformanceSpec.class.getRecordComponents())
                .map(RecordComponent::getName))
        .containsExactlyInAnyOrderElementsOf(PerformanceSettings.FIELDS.values());
    assertThat(TypedFields.of("shared_buffers")).isEqualTo("spec.performance.sharedBuffers");
    assertThat(TypedFields.of("enable_seqscan")).isEqualTo("spec");
  }
}
