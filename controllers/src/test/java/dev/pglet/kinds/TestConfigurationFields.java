package dev.pglet.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.reconcile.InvalidSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with the fields that give settings is said before anything is touched. */
final class TestConfigurationFields {
  private static final InstanceKind KIND = new InstanceKind();
  private static final ManifestReader READER =
      new ManifestReader(new KindRegistry(List.of(KIND.crd())));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          performance: {sharedBuffers: 256MB, walBuffers: 16MB}    | ''
          performance: {effectiveCacheSize: 1.5GB, workMem: null}  | ''
          performance: {checkpointCompletionTarget: 0.8}           | ''
          performance: {sharedBuffer: 256MB}        | spec.performance.sharedBuffer: unknown field; did you mean "sharedBuffers"?
          performance: {sharedBuffers: 256}         | spec.performance.sharedBuffers: must be text
          performance: {sharedBuffers: "256"}       | spec.performance.sharedBuffers: must match ^[0-9]+
          performance: {effectiveCacheSize: 1Gi}    | spec.performance.effectiveCacheSize: must match
          performance: {workMem: "8 MB; x"}         | spec.performance.workMem: must match
          performance: {maintenanceWorkMem: -64MB}  | spec.performance.maintenanceWorkMem: must match
          performance: {walBuffers: "16mb"}         | spec.performance.walBuffers: must match
          performance: {checkpointCompletionTarget: 1.1}       | spec.performance.checkpointCompletionTarget: must be at most 1, but is 1.1
          performance: {checkpointCompletionTarget: "0.9"}     | spec.performance.checkpointCompletionTarget: must be a number
          performance: {randomPageCost: -1}                    | spec.performance.randomPageCost: must be at least 0, but is -1
          performance: {maxWorkerProcesses: 1.5}               | spec.performance.maxWorkerProcesses: must be a whole number
          performance: {maxWorkerProcesses: 262143}            | spec.performance.maxWorkerProcesses: must be at most 262142
          performance: {maxParallelWorkers: 1025}              | spec.performance.maxParallelWorkers: must be at most 1024
          performance: {maxParallelMaintenanceWorkers: -1}     | spec.performance.maxParallelMaintenanceWorkers: must be at least 0
          performance: [workMem]                               | spec.performance: must be a mapping
          """)
  void areRefusedByTheirPathOrAccepted(String field, String message) {
    String found = problems(field);

    assertThat(found.isEmpty()).as(found).isEqualTo(message.isEmpty());
    assertThat(found).contains(message);
  }

  private static String problems(String field) {
    ManifestReader.Content content =
        READER.read(
            Path.of("/etc/pglet/manifests/a.yaml"),
            """
            apiVersion: pglet.dev/v1alpha1
            kind: PostgreSQLInstance
            metadata: {name: a}
            spec:
              version: "15"
              %s
            """
                .formatted(field));
    return Stream.concat(
            content.problems().stream().map(Object::toString),
            content.manifests().stream()
                .flatMap(manifest -> KIND.rules().check(manifest.resource()).stream())
                .map(TestConfigurationFields::explain))
        .collect(Collectors.joining("\n"));
  }

  private static String explain(InvalidSpec problem) {
    return problem.field() + ": " + problem.explain();
  }
}
