package dev.pglet.instance.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.instance.extension.ExtensionFacts.Available;
import dev.pglet.instance.extension.ExtensionFacts.InDatabase;
import dev.pglet.instance.extension.ExtensionFacts.Installed;
import dev.pglet.instance.extension.Packages.Distribution;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TestExtensionPlanner {
  private final Map<String, InDatabase> databases = new HashMap<>();
  private List<String> preloaded = List.of();
  private List<String> kept = List.of();

  @Test
  void createsAnExtensionInEveryDatabaseOfItsEntry() {
    has("app", Map.of(), Map.of("citext", available("1.6")));
    has("shop", Map.of(), Map.of("citext", available("1.6")));

    assertThat(plan(on("citext", "app", "shop")))
        .containsExactly(
            new ExtensionStep.CreateExtension("app", "citext", null, null),
            new ExtensionStep.CreateExtension("shop", "citext", null, null));
  }

  @Test
  void leavesTheVersionOfAnExtensionWhoseEntryNamesNone() {
    has("app", Map.of("citext", new Installed("1.5", "public")), Map.of());

    assertThat(plan(on("citext", "app"))).isEmpty();
  }

  @Test
  void updatesAndMovesToWhatTheEntryNames() {
    has(
        "app",
        Map.of("citext", new Installed("1.5", "public")),
        Map.of("citext", available("1.5", "1.6")));

    assertThat(plan(entry("citext", true, "1.6", "tools", "app")))
        .containsExactly(
            new ExtensionStep.UpdateExtension("app", "citext", "1.5", "1.6"),
            new ExtensionStep.MoveExtension("app", "citext", "tools"));
  }

  @Test
  void namesTheVersionsThereAreWhenTheWantedOneIsMissing() {
    has("app", Map.of(), Map.of("citext", available("1.6", "1.5")));

    InvalidSpec error = missing(entry("citext", true, "9.9", null, "app")).getFirst();

    assertThat(error.field()).isEqualTo("spec.extensions[0].version");
    assertThat(error.getMessage()).contains("9.9", "1.5, 1.6");
  }

  @Test
  void keepsAnInstalledVersionThatThePackageNoLongerHas() {
    has(
        "app",
        Map.of("citext", new Installed("1.4", "public")),
        Map.of("citext", available("1.6")));
    WantedExtension wanted = entry("citext", true, "1.4", null, "app");

    assertThat(plan(wanted)).isEmpty();
    assertThat(missing(wanted)).isEmpty();
  }

  @Test
  void dropsOneThatIsOffWhereverItIsBeforeAnythingIsCreated() {
    has("app", Map.of(), Map.of("citext", available("1.6")));
    has("shop", Map.of("hstore", new Installed("1.8", "public")), Map.of());

    assertThat(plan(on("citext", "app"), off("hstore", "app", "shop")))
        .containsExactly(
            new ExtensionStep.DropExtension("shop", "hstore"),
            new ExtensionStep.CreateExtension("app", "citext", null, null));
  }

  @Test
  void createsWhatMustBePreloadedOnlyInAServerThatHasPreloadedIt() {
    has("app", Map.of(), Map.of("pg_cron", available("1.6")));
    assertThat(plan(on("pg_cron", "app"))).isEmpty();
    assertThat(keep(on("pg_cron", "app"))).isNull();
    assertThat(ExtensionReport.status(List.of(on("pg_cron", "app")), facts()).getFirst().message())
        .contains("waits for a restart");

    preloaded = List.of("pg_cron");
    assertThat(plan(on("pg_cron", "app"))).hasSize(1);
    assertThat(keep(on("pg_cron", "app"))).containsExactly("pg_cron");
  }

  @Test
  void keepsALibraryPreloadedUntilItsExtensionIsDroppedEverywhere() {
    kept = List.of("pg_cron");
    has("app", Map.of("pg_cron", new Installed("1.6", "pg_catalog")), Map.of());
    assertThat(plan(off("pg_cron", "app"))).hasSize(1);
    assertThat(keep(off("pg_cron", "app"))).isNull();

    has("app", Map.of(), Map.of());
    assertThat(plan(off("pg_cron", "app"))).isEmpty();
    assertThat(keep(off("pg_cron", "app"))).isEmpty();
  }

  @Test
  void keepsALibraryPreloadedWhoseEntryIsGone() {
    kept = List.of("pg_cron");

    assertThat(keep()).isNull();
  }

  @Test
  void namesTheCommandOfEachDistribution() {
    assertThat(new Packages(Distribution.DEBIAN, 15, true).remedy("vector"))
        .isEqualTo("Run: apt-get install postgresql-15-pgvector");
    assertThat(new Packages(Distribution.REDHAT, 16, true).remedy("vector"))
        .isEqualTo("Run: dnf install pgvector_16");
    assertThat(new Packages(Distribution.DEBIAN, 17, false).remedy("vector"))
        .isEqualTo(
            "No package extends these binaries. Set spec.runtime.binaries to system and run:"
                + " apt-get install postgresql-17 postgresql-17-pgvector");
    assertThat(new Packages(Distribution.OTHER, 17, true).remedy("vector"))
        .startsWith("Install the package that has vector for PostgreSQL 17");
    assertThat(new Packages(Distribution.DEBIAN, 17, true).remedy("my_own"))
        .startsWith("Install the package that has my_own");
    assertThat(new Packages(Distribution.DEBIAN, 17, true).remedy("timescaledb"))
        .contains("timescaledb-2-postgresql-17", "from the package archive of Timescale");
  }

  @Test
  void knowsADistributionByItsFamily() {
    assertThat(Distribution.of(List.of("NAME=x", "ID=debian"))).isEqualTo(Distribution.DEBIAN);
    assertThat(Distribution.of(List.of("ID=mint", "ID_LIKE=\"ubuntu debian\"")))
        .isEqualTo(Distribution.DEBIAN);
    assertThat(Distribution.of(List.of("ID=\"rocky\"", "ID_LIKE=\"rhel centos fedora\"")))
        .isEqualTo(Distribution.REDHAT);
    assertThat(Distribution.of(List.of("ID=arch"))).isEqualTo(Distribution.OTHER);
  }

  @Test
  void aMissingPackageIsACondition() {
    has("app", Map.of(), Map.of());

    KindCondition condition =
        ExtensionReport.condition(List.of(on("vector", "app")), facts()).orElseThrow();

    assertThat(condition.status()).isEqualTo("False");
    assertThat(condition.message())
        .contains("spec.extensions[0].name", "apt-get install postgresql-17-pgvector");
  }

  private void has(
      String database, Map<String, Installed> installed, Map<String, Available> available) {
    databases.put(database, new InDatabase(installed, available));
  }

  private static Available available(String... versions) {
    return new Available(Set.of(versions));
  }

  private static WantedExtension on(String name, String... databases) {
    return entry(name, true, null, null, databases);
  }

  private static WantedExtension off(String name, String... databases) {
    return entry(name, false, null, null, databases);
  }

  private static WantedExtension entry(
      String name,
      boolean enabled,
      @Nullable String version,
      @Nullable String schema,
      String... databases) {
    return new WantedExtension(
        name, "spec.extensions[0]", enabled, version, schema, List.of(databases));
  }

  private ExtensionFacts facts() {
    return new ExtensionFacts(
        databases, preloaded, kept, new Packages(Distribution.DEBIAN, 17, true));
  }

  private List<ExtensionStep> plan(WantedExtension... wanted) {
    return ExtensionPlanner.plan(List.of(wanted), facts());
  }

  private List<InvalidSpec> missing(WantedExtension... wanted) {
    return ExtensionPlanner.missing(List.of(wanted), facts());
  }

  private @Nullable List<String> keep(WantedExtension... wanted) {
    return ExtensionPlanner.keep(List.of(wanted), facts()).orElse(null);
  }
}
