package dev.pglet.reconcile.engine.spec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.Template;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.engine.store.ApiObjects;
import dev.pglet.reconcile.state.DurableFiles;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import dev.pglet.reconcile.state.StateDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole specs, scan by scan, with a real inventory. */
final class TestSpecs {
  private static final KindRegistry KINDS =
      new KindRegistry(
          List.of(
              PostgreSQLInstance.definition(),
              Template.definition(),
              HostConfiguration.definition()));
  private static final ManifestReader READER = new ManifestReader(KINDS);
  private static final Path ROOT = Path.of("/etc/pglet/manifests");
  private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
  private static final ResourceKey ONE = ResourceKey.of("PostgreSQLInstance", "one");
  private static final ResourceKey TWO = ResourceKey.of("PostgreSQLInstance", "two");
  private static final ResourceKey HOST_KEY = ResourceKey.of("HostConfiguration", "host");

  private static final String HOST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: HostConfiguration
      metadata: {name: host}
      spec:
        defaultVersion: 17
        instanceDefaults: {parameters: {work_mem: 3MB}}
      """;
  private static final String SMALL =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Template
      metadata: {name: small}
      spec:
        parameters: {work_mem: 2MB, temp_buffers: 2MB}
      """;

  @TempDir Path directory;
  private StateDirectory state;
  private Specs specs;

  @BeforeEach
  void open() throws Exception {
    state =
        StateDirectory.open(
            directory.resolve("state"),
            DurableFiles.onDisk(),
            InstantSource.fixed(NOW),
            problem -> {
              throw new AssertionError(problem);
            });
    specs = new Specs(KINDS, state.inventory(), ROOT, name -> null);
  }

  @AfterEach
  void close() throws Exception {
    state.close();
  }

  private static String instance(String name, String spec) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: %s}
        spec: {%s}
        """
        .formatted(name, spec);
  }

  private static Snapshot scan(
      List<String> documents, List<Rejected> rejected, Optional<Duration> settles)
      throws ManifestRejected {
    Map<ResourceKey, Manifest> accepted = new HashMap<>();
    for (String document : documents) {
      Manifest read = READER.read(Path.of("m.yaml"), document).orThrow().getFirst();
      accepted.put(read.key(), read);
    }
    return new Snapshot(accepted, rejected, rejected.isEmpty(), "", settles, Optional.empty());
  }

  private Whole whole(String... documents) throws ManifestRejected {
    return specs.of(scan(List.of(documents), List.of(), Optional.empty()));
  }

  private Map<String, String> parameters(Whole whole, ResourceKey key) {
    Manifest manifest = requireNonNull(whole.snapshot().accepted().get(key));
    return ((PostgreSQLInstance) manifest.resource()).getSpec().parameters();
  }

  /** As the engine does with what a scan accepts. */
  private void remember(Whole whole) throws Exception {
    for (Manifest manifest : whole.snapshot().accepted().values()) {
      ObjectNode resource = ApiObjects.remembered(manifest.resource());
      state
          .inventory()
          .put(
              new InventoryEntry(
                  manifest.key(),
                  new Identity("00000000-0000-0000-0000-000000000001", 1),
                  ROOT.toString(),
                  manifest.specHash(),
                  manifest.text(),
                  manifest.file().toString(),
                  Optional.of(resource),
                  NOW,
                  Optional.empty(),
                  false,
                  Optional.empty(),
                  Set.of()));
    }
  }

  @Test
  void onlyTheSpecsThatATemplateIsPartOfChangeWithIt() throws Exception {
    String one = instance("one", "template: small, parameters: {work_mem: 9MB}");
    String two = instance("two", "template: small");
    Whole before = whole(SMALL, one, two);
    Whole after = whole(SMALL.replace("work_mem: 2MB", "work_mem: 4MB"), one, two);
    assertThat(hash(after, ONE)).isEqualTo(hash(before, ONE));
    assertThat(hash(after, TWO)).isNotEqualTo(hash(before, TWO));
    assertThat(parameters(after, TWO)).containsEntry("work_mem", "4MB");
  }

  private static String hash(Whole whole, ResourceKey key) {
    return requireNonNull(whole.snapshot().accepted().get(key)).specHash();
  }

  @Test
  void whatIsMissingHoldsUntilItsDeletionHasBegun() throws Exception {
    String one = instance("one", "template: small");
    String two = instance("two", "");
    remember(whole(HOST, SMALL, one, two));
    Whole missing = whole(one, two);
    assertThat(parameters(missing, ONE)).containsEntry("temp_buffers", "2MB");
    assertThat(parameters(missing, TWO)).containsEntry("work_mem", "3MB");
    assertThat(missing.snapshot().complete()).isTrue();

    Tombstone tombstone = new Tombstone(NOW, "its manifest is gone");
    for (InventoryEntry entry : state.inventory().all()) {
      if (specs.isLayer(entry.key().kind())) {
        state.inventory().put(entry.deletedFor(tombstone));
      }
    }
    Whole gone = whole(one, two);
    assertThat(gone.unresolved()).containsOnlyKeys(ONE);
    assertThat(gone.snapshot().complete()).isFalse();
    assertThat(gone.snapshot().incompleteBecause())
        .contains("postgresqlinstance/one is rejected: m.yaml:4:8: spec.template: there is no");
    assertThat(parameters(gone, TWO)).isEmpty();
  }

  @Test
  void aHostConfigurationThatTakesTheOthersPlaceIsNoSecondOne() throws Exception {
    String two = instance("two", "");
    remember(whole(HOST, two));
    Whole replaced = whole(HOST.replace("name: host", "name: other").replace("3MB", "5MB"), two);
    assertThat(replaced.snapshot().rejected()).isEmpty();
    assertThat(parameters(replaced, TWO)).containsEntry("work_mem", "5MB");
  }

  @Test
  void theSecondHostConfigurationChangesNothing() throws Exception {
    String two = instance("two", "");
    remember(whole(HOST, two));
    String other = HOST.replace("name: host", "name: other").replace("3MB", "5MB");
    Whole both = whole(other, HOST, two);
    assertThat(parameters(both, TWO)).containsEntry("work_mem", "3MB");
    assertThat(both.snapshot().accepted()).containsKey(HOST_KEY).hasSize(2);
    assertThat(both.snapshot().rejected()).hasSize(1);
    assertThat(both.snapshot().complete()).isFalse();
  }

  @Test
  void whatIsNewWaitsWhileAFileMayStillBeBeingWritten() throws Exception {
    String one = instance("one", "template: small");
    String two = instance("two", "");
    remember(whole(SMALL, one));
    Whole settling =
        specs.of(scan(List.of(SMALL, one, two), List.of(), Optional.of(Duration.ofMillis(300))));
    assertThat(settling.snapshot().accepted()).containsKey(ONE).doesNotContainKey(TWO);
    assertThat(settling.unresolved()).isEmpty();
    assertThat(whole(SMALL, one, two).snapshot().accepted()).containsKey(TWO);
  }

  @Test
  void nothingIsMadeByDefaultsThatNobodyKnows() throws Exception {
    Rejected broken =
        new Rejected(
            Path.of("host.yaml"),
            List.of(new Problem(Path.of("host.yaml"), 5, 3, "spec.x", "unknown field")),
            Set.of(HOST_KEY));
    Whole whole = specs.of(scan(List.of(instance("two", "")), List.of(broken), Optional.empty()));
    assertThat(whole.unresolved()).containsOnlyKeys(TWO);
    assertThat(whole.snapshot().accepted()).isEmpty();
  }

  @Test
  void theOutcomeIsTheSameAfterARestart() throws Exception {
    String one = instance("one", "template: small");
    Whole before = whole(HOST, SMALL, one);
    remember(before);
    specs = new Specs(KINDS, state.inventory(), ROOT, name -> null);
    assertThat(hash(whole(HOST, SMALL, one), ONE)).isEqualTo(hash(before, ONE));
  }
}
