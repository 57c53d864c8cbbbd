package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.InvalidSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestSettingRules {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "work_mem",
        "DateStyle",
        "pg_stat_statements.track",
        "_own.a$1",
        "search_path",
        "archive_command"
      })
  void acceptsNamesOfSettings(String name) {
    assertThat(SettingRules.problems(Map.of(name, "x"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " work_mem",
        "work_mem ",
        "work mem",
        "work_mem\nport",
        "work_mem\n",
        "work_mem = 1 #",
        "1work_mem",
        "a.b.c",
        ".a",
        "a.",
        "wörk_mem",
        "#work_mem",
        "work-mem"
      })
  void refusesNamesThatAreNoSettings(String name) {
    InvalidSpec error = refusal(Map.of(name, "1"));

    assertThat(error.reason()).isEqualTo("InvalidSettingName");
    assertThat(error.field()).isEqualTo("spec.parameters." + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "port",
        "PORT",
        "listen_addresses",
        "unix_socket_directories",
        "data_directory",
        "config_file",
        "hba_file",
        "ident_file",
        "external_pid_file",
        "password_encryption",
        "allow_alter_system",
        "pglet.config_hash",
        "Pglet.Config_Hash"
      })
  void refusesSettingsThatPgletMustBeSureOf(String name) {
    InvalidSpec error = refusal(Map.of(name, "1"));

    assertThat(error.reason()).isEqualTo("FixedSetting");
    assertThat(error.explain()).contains("Remove it from spec.parameters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"include", "include_dir", "include_if_exists", "Include_Dir"})
  void refusesDirectivesThatLookLikeSettings(String name) {
    // PostgreSQL reads "include = 'file'" as the directive, with or without the equals sign.
    assertThat(refusal(Map.of(name, "/tmp/more.conf")).reason()).isEqualTo("FixedSetting");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nport = 1", "a\r", "\u0000", "a\u001b[0m"})
  void refusesValuesThatCouldBecomeAnotherLine(String value) {
    InvalidSpec error = refusal(Map.of("search_path", value));

    assertThat(error.reason()).isEqualTo("InvalidSettingValue");
    assertThat(error.getMessage()).doesNotContain(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\t", "it's", "\\", "'", "''", "a # b", "'; x = '1", "日本語 🐘"})
  void acceptsAnyOtherValue(String value) {
    assertThat(SettingRules.problems(Map.of("search_path", value))).isEmpty();
  }

  @Test
  void refusesOneSettingInTwoSpellings() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("work_mem", "1MB");
    parameters.put("Work_Mem", "2MB");

    InvalidSpec error = refusal(parameters);

    assertThat(error.reason()).isEqualTo("DuplicateSetting");
    assertThat(error.getMessage()).contains("work_mem and Work_Mem");
    assertThat(error.field()).isEqualTo("spec.parameters.Work_Mem");
  }

  private static InvalidSpec refusal(Map<String, String> parameters) {
    List<InvalidSpec> problems = SettingRules.problems(parameters);
    assertThat(problems).hasSize(1);
    return problems.getFirst();
  }
}
