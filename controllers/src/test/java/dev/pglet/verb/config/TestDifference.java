package dev.pglet.verb.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestDifference {
  private static final String OURS = "/v/config/postgresql.conf";
  private static final String AUTO = "/v/data/postgresql.auto.conf";

  private static LiveSetting live(String type, String unit, String raw) {
    return new LiveSetting(
        "x", raw, raw, unit, type, "sighup", "configuration file", OURS, 3, false);
  }

  @Test
  void valuesAreComparedAsPostgresReadsThem() {
    assertThat(live("integer", "kB", "8192").is("8MB")).isTrue();
    assertThat(live("integer", "8kB", "4096").is("32MB")).isTrue();
    assertThat(live("integer", "8kB", "13").is("100kB")).as("rounded, not cut off").isFalse();
    assertThat(live("integer", "8kB", "12").is("100kB")).isTrue();
    assertThat(live("integer", "ms", "60000").is("1min")).isTrue();
    assertThat(live("integer", "ms", "60000").is("1 min")).isTrue();
    assertThat(live("integer", "kB", "8192").is("8 minutes")).isFalse();
    assertThat(live("integer", "kB", "60000").is("1min")).as("a time is no size").isFalse();
    assertThat(live("integer", "", "0777").is("511")).isTrue();
    assertThat(live("integer", "", "-1").is("-1")).isTrue();
    assertThat(live("real", "", "1.1").is("1.10")).isTrue();
    assertThat(live("real", "", "1.1").is("1.11")).isFalse();
    assertThat(live("bool", "", "on").is("TRUE")).isTrue();
    assertThat(live("bool", "", "on").is("no")).isFalse();
    assertThat(live("enum", "", "logical").is("Logical")).isTrue();
    assertThat(live("string", "", "%m").is("%M")).as("letters have their case").isFalse();
  }

  private static Wanted wanted(String name, String value) {
    return new Wanted(name, value, "spec.parameters." + name, "/m/app.yaml:7:5");
  }

  private static LiveSetting string(String name, String value, int line) {
    return new LiveSetting(
        name, value, value, "", "string", "sighup", "configuration file", OURS, line, false);
  }

  @Test
  void whatTheServerShowsInItsOwnWayIsNoDifference() {
    FileSetting line = new FileSetting("datestyle", "iso, dmy", OURS, 4, true);
    Live live = new Live(Map.of("datestyle", string("datestyle", "ISO, DMY", 4)), List.of(line));

    assertThat(Difference.between(Map.of("datestyle", wanted("datestyle", "iso, dmy")), live))
        .isEmpty();
    assertThat(Difference.between(Map.of("datestyle", wanted("datestyle", "iso, mdy")), live))
        .singleElement()
        .satisfies(found -> assertThat(found.why()).isEqualTo(OURS + ":4 says so"));
  }

  @Test
  void alterSystemIsFoundAlsoWhereItWaitsForARestart() {
    Live live =
        new Live(
            Map.of("cluster_name", string("cluster_name", "app", 2)),
            List.of(
                new FileSetting("cluster_name", "app", OURS, 2, false),
                new FileSetting("cluster_name", "other", AUTO, 3, false),
                new FileSetting("jit", "off", AUTO, 4, true)));

    List<Difference> found =
        Difference.between(Map.of("cluster_name", wanted("cluster_name", "app")), live);

    assertThat(found).extracting(Difference::name).containsExactly("cluster_name", "jit");
    assertThat(found.getFirst().why()).isEqualTo("ALTER SYSTEM has set it, in " + AUTO + ":3");
    assertThat(found.getLast().wanted()).isEmpty();
  }

  @Test
  void anAlterSystemToWhatIsWantedAnywayIsNone() {
    LiveSetting same =
        new LiveSetting(
            "work_mem",
            "5MB",
            "5120",
            "kB",
            "integer",
            "user",
            "configuration file",
            AUTO,
            3,
            false);
    Live live =
        new Live(
            Map.of("work_mem", same),
            List.of(new FileSetting("work_mem", "5120kB", AUTO, 3, true)));

    assertThat(Difference.between(Map.of("work_mem", wanted("work_mem", "5MB")), live)).isEmpty();
  }

  @Test
  void aSettingThatTheServerDoesNotKnowIsNamed() {
    assertThat(
            Difference.between(
                Map.of("auto_explain.x", wanted("auto_explain.x", "1")),
                new Live(Map.of(), List.of())))
        .singleElement()
        .satisfies(found -> assertThat(found.why()).contains("library is not loaded"));
  }

  @Test
  void secretsAreNotShown() {
    assertThat(Shown.value("primary_conninfo", "host=a password='hun''ter' user=b"))
        .isEqualTo("host=a password=******** user=b");
    assertThat(Shown.value("archive_command", "push s3://key:hunter2@host/%f"))
        .isEqualTo("push s3://key:********@host/%f");
    assertThat(Shown.value("ext.api_key", "hunter2")).isEqualTo("********");
    assertThat(Shown.value("ssl_passphrase_command", "echo hunter2")).isEqualTo("********");
    assertThat(Shown.value("ssl_passphrase_command", "")).isEmpty();
    assertThat(Shown.value("password_encryption", "scram-sha-256")).isEqualTo("scram-sha-256");
  }
}
