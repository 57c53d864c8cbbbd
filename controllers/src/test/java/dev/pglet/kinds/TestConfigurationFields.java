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
          runtime: {user: pg-app.1}                 | ''
          runtime: {user: app@example.org}          | spec.runtime.user: must match
          runtime: {user: 1000}                     | spec.runtime.user: must be text
          runtime: {user: "1000"}                   | spec.runtime.user: must match
          runtime: {user: -u}                       | spec.runtime.user: must match
          runtime: {user: "app:0"}                  | spec.runtime.user: must match
          runtime: {user: ""}                       | spec.runtime.user: must match
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
          security: {audit: {enabled: true, logLevel: warning, logConnections: true, logDisconnections: true, logStatements: [ddl, mod]}} | ''
          security: {audit: {enabled: false, profile: sox}}    | ''
          security: {audit: {profile: sox}}                    | spec.security.audit: an audit is described and not switched on. Set spec.security.audit.enabled to true
          security: {audit: {enabled: true, profile: pci}}     | spec.security.audit.profile: must be one of gdpr, hipaa, sox
          security: {audit: {enabled: true, logStatements: [ddl, select]}} | spec.security.audit.logStatements[1]: "select" is no class of statements. Write ddl
          security: {audit: {enabled: true, logStatements: ddl}} | spec.security.audit.logStatements: must be a list
          security: {audit: {enabled: true, logLevel: loud}}   | spec.security.audit.logLevel: must match
          security: {audit: {enabled: "yes"}}                  | spec.security.audit.enabled: must be
          security: {audit: {enabled: true, logConnections: 1}} | spec.security.audit.logConnections: must be
          security: {audit: {enabled: true, logDisconnections: sometimes}} | spec.security.audit.logDisconnections: must be
          security: {audit: {enable: true}}                    | spec.security.audit.enable: unknown field; did you mean "enabled"?
          update: {restart: Manual}                            | ''
          update: {restart: Window, window: [Sun 02:00-06:00, "Mon-Fri,Sun 22:00-04:00 Europe/Berlin"]} | ''
          update: {restart: Sometimes}                         | spec.update.restart: must be one of Auto, Manual, Window
          update: {restart: Window}                            | spec.update.restart: restarts wait for a window, and there is none
          update: {window: [Sun 02:00-06:00]}                  | spec.update.window: a window has no effect with restart: Auto
          update: {restart: Window, window: Sun 02:00-06:00}   | spec.update.window: must be a list
          update: {restart: Window, window: [Sun 2-6]}         | spec.update.window[0]: "Sun 2-6" is no time of the week. Write it as
          update: {restart: Window, window: [Son 02:00-06:00]} | spec.update.window[0]: "Son" is no day: write Mon
          update: {restart: Window, window: [Sun 02:00-26:00]} | spec.update.window[0]: "26:00" is no time of a day
          update: {restart: Window, window: [Sun 02:00-06:00 Mars/Base]} | spec.update.window[0]: there is no time zone "Mars/Base"
          update: {restart: Window, window: ["02:00-02:01"]}   | spec.update.window[0]: "02:00-02:01" is shorter than 5 minutes
          update: {windows: []}                                | spec.update.windows: unknown field; did you mean "window"?
          storage: {dataDirectory: /srv/a, logDirectory: /srv/b, walDirectory: null, archiveDirectory: /srv/c} | ''
          storage: {dataDirectory: srv/a}                      | spec.storage.dataDirectory: must match
          storage: {dataDirectory: 7}                          | spec.storage.dataDirectory: must be text
          storage: {dataDirectory: /}                          | spec.storage.dataDirectory: must match
          storage: {logDirectory: "/srv/a b"}                  | spec.storage.logDirectory: must match
          storage: {walDirectory: "/srv/a'b"}                  | spec.storage.walDirectory: must match
          storage: {archiveDirectory: "/srv/%p"}               | spec.storage.archiveDirectory: must match
          storage: {archiveDirectory: [/srv/a]}                | spec.storage.archiveDirectory: must be text
          storage: {dataDirectory: /srv/../etc}                | spec.storage.dataDirectory: /srv/../etc is not the plain path of a directory. Write it without . and ..
          storage: {walDirectory: /srv/./a}                    | spec.storage.walDirectory: /srv/./a is not the plain path
          storage: {dataDirectory: /srv/a, logDirectory: /srv/a/log} | spec.storage.logDirectory: /srv/a/log and /srv/a of spec.storage.dataDirectory are the same, or one lies in the other
          storage: {walDirectory: /srv/a, archiveDirectory: /srv/a}  | spec.storage.archiveDirectory: /srv/a and /srv/a of spec.storage.walDirectory are the same
          storage: {pool: /srv, dataDirectory: /srv/a}         | spec.storage.dataDirectory: /srv/a and /srv of spec.storage.pool
          storage: {dataDirectories: /srv/a}                   | spec.storage.dataDirectories: unknown field; did you mean "dataDirectory"?
          {storage: {archiveDirectory: /srv/a}, parameters: {archive_command: "true"}} | spec.parameters.archive_command: archive_command is set by name, and spec.storage.archiveDirectory decides it
          {storage: {archiveDirectory: /srv/a}, parameters: {wal_level: minimal, max_wal_senders: 0}} | archive_mode needs a wal_level above minimal
          {storage: {logDirectory: /srv/a}, parameters: {log_filename: x}} | spec.parameters.log_filename: log_filename is set by name, and spec.logs decides it
          logs: {}                                             | ''
          logs: {format: csv, retention: 12h, rotation: {age: 30min, size: 512kB}} | ''
          logs: {format: xml}                                  | spec.logs.format: must be one of csv, json, text
          logs: {format: [json]}                               | spec.logs.format: must be text
          logs: {retention: 7}                                 | spec.logs.retention: must be text
          logs: {retention: 7w}                                | spec.logs.retention: must match
          logs: {retention: 0d}                                | spec.logs.retention: must match
          logs: {rotation: daily}                              | spec.logs.rotation: must be a mapping
          logs: {rotation: {size: 2GB}}                        | spec.logs.rotation.size: must match
          logs: {rotation: {age: 10000d}}                      | spec.logs.rotation.age: must match
          logs: {rotation: {every: 1d}}                        | spec.logs.rotation.every: unknown field
          logs: {retentions: 7d}                               | spec.logs.retentions: unknown field; did you mean "retention"?
          {logs: {}, parameters: {Log_directory: /tmp}}        | spec.parameters.Log_directory: log_directory is set by name, and spec.logs decides it. Remove it
          {logs: {}, parameters: {log_rotation_age: 1h}}       | spec.parameters.log_rotation_age: log_rotation_age is set by name, and spec.logs.rotation.age decides it
          parameters: {log_directory: /tmp}                    | ''
          bootstrap: {initdb: {walSegmentSize: 64MB}}          | ''
          {bootstrap: {initdb: {walSegmentSize: 64MB}}, parameters: {min_wal_size: 100MB}} | spec.parameters.min_wal_size: min_wal_size must be at least two WAL segments, which are 128 MB
          {bootstrap: {initdb: {walSegmentSize: 1MB}}, parameters: {min_wal_size: 8MB}}    | ''
          parameters: {superuser_reserved_connections: 100}    | spec.parameters.superuser_reserved_connections: superuser_reserved_connections (100) must be less than max_connections (100)
          network: {maxConnections: 3}                         | spec.network.maxConnections: superuser_reserved_connections (3) must be less than max_connections (3)
          network: {maxConnections: 262143}                    | spec.network.maxConnections: max_connections, autovacuum_max_workers
          network: {maxConnections: 262144}                    | spec.network.maxConnections: must be at most 262143
          parameters: {wal_level: minimal}                     | spec.parameters.wal_level: wal_level minimal needs max_wal_senders = 0, which is 10
          parameters: {WAL_level: minimal, max_wal_senders: 0, archive_mode: on} | spec.parameters.archive_mode: archive_mode needs a wal_level above minimal
          parameters: {wal_level: minimal, max_wal_senders: 0} | ''
          parameters: {min_wal_size: 16MB}                     | spec.parameters.min_wal_size: min_wal_size must be at least two WAL segments, which are 32 MB
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
                .formatted(
                    field.startsWith("{")
                        ? field
                            .substring(1, field.length() - 1)
                            .replace("}, parameters", "}\n  parameters")
                        : field));
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
