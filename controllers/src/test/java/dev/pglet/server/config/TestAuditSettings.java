package dev.pglet.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.AuditSpec;
import dev.pglet.api.v1alpha1.AuditSpec.Profile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestAuditSettings {
  @Test
  void withoutAnAuditThereAreNoSettings() {
    assertThat(AuditSettings.of(AuditSpec.DEFAULT)).isEmpty();
    assertThat(AuditSettings.of(new AuditSpec(false, "error", true, true, List.of("ddl"), null)))
        .isEmpty();
  }

  @Test
  void everyFieldGivesItsSetting() {
    assertThat(
            AuditSettings.of(
                new AuditSpec(true, "warning", true, false, List.of("ddl", "mod"), null)))
        .containsOnly(
            Map.entry("log_line_prefix", "%m [%p] %q%u@%d %h "),
            Map.entry("log_min_messages", "warning"),
            Map.entry("log_connections", "on"),
            Map.entry("log_disconnections", "off"),
            Map.entry("pgaudit.log", "ddl, write"));
  }

  @Test
  void aProfileHoldsWhereNothingElseIsWritten() {
    Map<String, String> sox =
        AuditSettings.of(new AuditSpec(true, null, null, null, null, Profile.sox));
    assertThat(sox)
        .containsEntry("log_connections", "on")
        .containsEntry("log_disconnections", "on")
        .containsEntry("pgaudit.log", "ddl, role, write")
        .doesNotContainKey("log_min_messages");
    for (Profile profile : new Profile[] {Profile.gdpr, Profile.hipaa}) {
      assertThat(AuditSettings.of(new AuditSpec(true, null, null, null, null, profile)))
          .containsEntry("pgaudit.log", "ddl, role, write, read");
    }
    assertThat(
            AuditSettings.of(
                new AuditSpec(true, null, false, null, List.of("role"), Profile.hipaa)))
        .containsEntry("log_connections", "off")
        .containsEntry("log_disconnections", "on")
        .containsEntry("pgaudit.log", "role");
  }

  @ParameterizedTest
  @CsvSource({
    "none, none",
    "ddl, ddl",
    "role, ddl",
    "'ddl, write', mod",
    "'write, function', all",
    "read, all",
    "misc, all",
    "misc_set, all",
    "all, all"
  })
  void withoutTheLibraryTheLeastStatementSettingThatLogsAllIsTaken(String classes, String level) {
    Map<String, String> settings = new LinkedHashMap<>(Map.of("pgaudit.log", classes));

    AuditSettings.withoutLibrary(settings);

    assertThat(settings).containsOnly(Map.entry("log_statement", level));
  }

  @Test
  void whatTheUserWroteByNameStays() {
    Map<String, String> settings =
        new LinkedHashMap<>(Map.of("pgaudit.log", "all", "log_statement", "none"));

    AuditSettings.withoutLibrary(settings);

    assertThat(settings).containsOnly(Map.entry("log_statement", "none"));
  }
}
