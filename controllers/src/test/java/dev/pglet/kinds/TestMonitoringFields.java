package dev.pglet.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.manifest.ManifestReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A threshold that means nothing is refused, and not taken for one that is never reached. */
final class TestMonitoringFields {
  private static final InstanceKind KIND = new InstanceKind();
  private static final ManifestReader READER =
      new ManifestReader(new KindRegistry(List.of(KIND.crd())));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          enabled: false                             | ''
          metricsPort: 9187                          | ''
          alerting: {connectionThreshold: 90}        | ''
          alerting: {connectionThreshold: "90"}      | ''
          alerting: {connectionThreshold: 80%}       | ''
          alerting: {connectionThreshold: 100%}      | ''
          alerting: {diskUsageThreshold: 1%}         | ''
          alerting: {slowQueryThreshold: 500ms}      | ''
          alerting: {slowQueryThreshold: 1h}         | ''
          alerting: {connectionThreshold: 0}         | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: -5}        | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: 1000000}   | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: 0%}        | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: 101%}      | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: "80 %"}    | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: many}      | spec.monitoring.alerting.connectionThreshold: must match
          alerting: {connectionThreshold: 80.5}      | spec.monitoring.alerting.connectionThreshold: must
          alerting: {connectionThreshold: true}      | spec.monitoring.alerting.connectionThreshold: must
          alerting: {connectionThreshold: [80%]}     | spec.monitoring.alerting.connectionThreshold: must
          alerting: {connectionThreshold: {a: 1}}    | spec.monitoring.alerting.connectionThreshold: must
          alerting: {diskUsageThreshold: 85}         | spec.monitoring.alerting.diskUsageThreshold: must be text
          alerting: {diskUsageThreshold: "85"}       | spec.monitoring.alerting.diskUsageThreshold: must match
          alerting: {diskUsageThreshold: 0%}         | spec.monitoring.alerting.diskUsageThreshold: must match
          alerting: {diskUsageThreshold: 101%}       | spec.monitoring.alerting.diskUsageThreshold: must match
          alerting: {diskUsageThreshold: 84.5%}      | spec.monitoring.alerting.diskUsageThreshold: must match
          alerting: {diskUsageThreshold: 10Gi}       | spec.monitoring.alerting.diskUsageThreshold: must match
          alerting: {diskUsageThreshold: false}      | spec.monitoring.alerting.diskUsageThreshold: must be text
          alerting: {slowQueryThreshold: 3}          | spec.monitoring.alerting.slowQueryThreshold: must be text
          alerting: {slowQueryThreshold: "3"}        | spec.monitoring.alerting.slowQueryThreshold: must match
          alerting: {slowQueryThreshold: 0s}         | spec.monitoring.alerting.slowQueryThreshold: must match
          alerting: {slowQueryThreshold: -3s}        | spec.monitoring.alerting.slowQueryThreshold: must match
          alerting: {slowQueryThreshold: 1.5s}       | spec.monitoring.alerting.slowQueryThreshold: must match
          alerting: {slowQueryThreshold: 2d}         | spec.monitoring.alerting.slowQueryThreshold: must match
          alerting: {slowQueryThreshold: 12345678s}  | spec.monitoring.alerting.slowQueryThreshold: must match
          alerting: {slowQueryThreshold: [3s]}       | spec.monitoring.alerting.slowQueryThreshold: must be text
          alerting: {slowQueriesThreshold: 3s}       | spec.monitoring.alerting.slowQueriesThreshold: unknown field; did you mean "slowQueryThreshold"?
          alerting: {diskThreshold: 85%}             | spec.monitoring.alerting.diskThreshold: unknown field
          alerting: [connectionThreshold]            | spec.monitoring.alerting: must be a mapping
          alerting: 80%                              | spec.monitoring.alerting: must be a mapping
          alert: {slowQueryThreshold: 3s}            | spec.monitoring.alert: unknown field; remove it or use one of: alerting
          enabled: "yes"                             | spec.monitoring.enabled: must be
          metricsPort: 0                             | spec.monitoring.metricsPort: must be at least 1, but is 0
          metricsPort: 65536                         | spec.monitoring.metricsPort: must be at most 65535, but is 65536
          metricsPort: "9187"                        | spec.monitoring.metricsPort: must be a whole number
          """)
  void areRefusedByTheirPlaceOrAccepted(String field, String message) {
    ManifestReader.Content content =
        READER.read(
            Path.of("/etc/pglet/manifests/a.yaml"),
            """
            apiVersion: pglet.dev/v1alpha1
            kind: PostgreSQLInstance
            metadata: {name: a}
            spec:
              monitoring:
                %s
            """
                .formatted(field));
    String found =
        Stream.concat(
                content.problems().stream().map(Object::toString),
                content.manifests().stream()
                    .flatMap(manifest -> KIND.rules().check(manifest.resource()).stream())
                    .map(problem -> problem.field() + ": " + problem.explain()))
            .collect(Collectors.joining("\n"));

    assertThat(found.isEmpty()).as(found).isEqualTo(message.isEmpty());
    assertThat(found).contains(message);
    if (!message.isEmpty()) {
      assertThat(found).as("the place").startsWith("/etc/pglet/manifests/a.yaml:6:");
    }
  }
}
