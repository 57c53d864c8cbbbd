package dev.pglet.instance.extension;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.instance.database.DatabaseRules;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestExtensionRules {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{extensions: [{name: a}, {name: a}]} | spec.extensions[1].name",
        "{extensions: [{name: a, databases: [gone]}]} | spec.extensions[0].databases[0]",
        "{extensions: [{name: a, config: {'x y': '1'}}]} | spec.extensions[0].config.x y",
        "{extensions: [{name: a, config: {x: \"1\\n2\"}}]} | spec.extensions[0].config.x",
        "{extensions: [{name: pglet, config: {config_hash: '1'}}]} | spec.extensions[0].config.config_hash",
        "{extensions: [{name: a, enabled: false, config: {x: '1'}}]} | spec.extensions[0].config",
        "{databases: [{name: b}], extensions: [{name: pg_cron, databases: [app, b]}]} | spec.extensions[0].databases",
        "{databases: [{name: b, extensions: [x, x]}]} | spec.databases[0].extensions[1]",
        "{databases: [{name: b, extensions: ['x y']}]} | spec.databases[0].extensions[0]",
        "{databases: [{name: b, extensions: [x]}], extensions: [{name: x, enabled: false}]} | spec.databases[0].extensions[0]",
        "{databases: [{name: postgres}]} | spec.databases[0].name",
        "{databases: [{name: b}, {name: b}]} | spec.databases[1].name",
        "{databases: [{name: b, owner: nobody}]} | spec.databases[0].owner",
        "{databases: [{name: app, owner: other}], roles: [{name: other}]} | spec.databases[0].owner",
        "{databases: [{name: app, encoding: LATIN1}]} | spec.databases[0].encoding",
        "{databases: [{name: app, locale: C}]} | spec.databases[0].locale"
      })
  void refusesWithTheField(String yaml, String field) throws Exception {
    assertThat(fields(spec(yaml))).containsExactly(field.strip());
  }

  @Test
  void takesListsThatFit() throws Exception {
    assertThat(
            fields(
                spec(
                    "{roles: [{name: o}], databases: [{name: b, owner: o, extensions: [x]}, {name: app, owner: app}],"
                        + " extensions: [{name: x, databases: [app, b], config: {max: '5'}}]}")))
        .isEmpty();
  }

  @Test
  void anEntryHoldsWhereverADatabaseNamesItsExtension() throws Exception {
    List<WantedExtension> wanted =
        WantedExtension.of(
            spec(
                "{databases: [{name: b, extensions: [x, y]}], extensions: [{name: x, version: '2'}, {name: z, enabled: false}]}"));

    assertThat(wanted)
        .containsExactly(
            new WantedExtension("x", "spec.extensions[0]", true, "2", null, List.of("b")),
            new WantedExtension("z", "spec.extensions[1]", false, null, null, List.of("app", "b")),
            new WantedExtension(
                "y", "spec.databases[0].extensions[1]", true, null, null, List.of("b")));
  }

  @Test
  void anEntrysConfigAndWhatTheExtensionNeedsAreSettings() throws Exception {
    PostgreSQLInstanceSpec spec =
        spec(
            "{extensions: [{name: pg_cron, config: {timezone: UTC}}, {name: pg_squeeze}, {name: pg_stat_statements, config: {max: 5000}}]}");

    assertThat(ExtensionSettings.settings(spec))
        .isEqualTo(
            Map.of(
                "cron.database_name", "app",
                "cron.timezone", "UTC",
                "wal_level", "logical",
                "pg_stat_statements.max", "5000"));
    assertThat(ExtensionSettings.preload(spec))
        .containsExactly("pg_cron", "pg_squeeze", "pg_stat_statements");
  }

  @Test
  void onlyStatementStatisticsArePreloadedUnlessTheyAreOff() throws Exception {
    assertThat(ExtensionSettings.preload(spec("{}"))).containsExactly("pg_stat_statements");
    assertThat(
            ExtensionSettings.preload(
                spec("{extensions: [{name: pg_stat_statements, enabled: false}]}")))
        .isEmpty();
  }

  private static PostgreSQLInstanceSpec spec(String yaml) throws Exception {
    return new YAMLMapper().readValue(yaml, PostgreSQLInstanceSpec.class);
  }

  private static List<String> fields(PostgreSQLInstanceSpec spec) {
    List<InvalidSpec> problems = new ArrayList<>(DatabaseRules.check(spec));
    problems.addAll(ExtensionRules.check(spec));
    return problems.stream().map(InvalidSpec::field).toList();
  }
}
