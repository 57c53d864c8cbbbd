package dev.pglet.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestMetricsText {
  private static final byte[] NAME = "m".getBytes(StandardCharsets.UTF_8);

  private static String text(MetricsText text) {
    return new String(text.toBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aCounterKeepsABareName() {
    MetricsText text = new MetricsText();
    text.only("counter", "pg_stat_database_xact_commit", "Commits", "12");
    assertThat(text(text))
        .isEqualTo(
            """
            # HELP pg_stat_database_xact_commit Commits
            # TYPE pg_stat_database_xact_commit counter
            pg_stat_database_xact_commit 12
            """);
  }

  @Test
  void whatAUserCallsThingsComesBackAsItWas() {
    String odd = "a\"b\\c\nd{}, =\u00fc\uD83D\uDE00";
    MetricsText text = new MetricsText();
    text.family(new Metric("gauge", "m", "back\\slash\nline \u00fc"));
    text.sample(NAME, MetricsText.labels(List.of("x", "y"), List.of(odd, "")), "1e+06");
    ParsedMetrics parsed = ParsedMetrics.parse(text(text));
    assertThat(parsed.samples())
        .containsExactly(new ParsedMetrics.Sample("m", Map.of("x", odd, "y", ""), 1e6));
    assertThat(text(text)).startsWith("# HELP m back\\\\slash\\nline \u00fc\n");
  }

  @ParameterizedTest
  @CsvSource({"Infinity,+Inf", "-Infinity,-Inf", "NaN,NaN", "t,1", "f,0", "-1,-1"})
  void numbersOfPostgresAreNumbersOfPrometheus(String value, String written) {
    MetricsText text = new MetricsText();
    text.family(new Metric("gauge", "m", ""));
    text.sample(NAME, MetricsText.NO_LABELS, value);
    assertThat(text(text)).endsWith("\nm " + written + "\n");
  }

  @Test
  void aLongLabelIsCutAndWhatThenIsEqualIsLeftOutAndCounted() {
    Collector collector =
        new Collector(
            "c",
            13,
            Optional.empty(),
            false,
            3,
            List.of("x"),
            List.of(new Metric("gauge", "m", "")),
            "");
    Answer answer = new Answer(collector);
    answer.add(new String[] {"x".repeat(500) + "a", "1"});
    answer.add(new String[] {"x".repeat(500) + "b", "2"});
    for (int i = 0; i < 5; i++) {
      answer.add(new String[] {"y" + i, "1"});
    }
    MetricsText text = new MetricsText();
    answer.write(text);
    ParsedMetrics parsed = ParsedMetrics.parse(text(text));
    assertThat(parsed.all("m")).hasSize(3);
    assertThat(parsed.all("m").getFirst().labels().get("x")).hasSize(MetricsText.LONGEST_VALUE);
    assertThat(answer.dropped()).isEqualTo(4);
  }

  @Test
  void muchTextIsWrittenWhole() {
    MetricsText text = new MetricsText();
    text.family(new Metric("gauge", "m", ""));
    IntStream.range(0, 20_000)
        .forEach(
            i -> text.sample(NAME, MetricsText.labels(List.of("x"), List.of("t" + i)), "" + i));
    assertThat(ParsedMetrics.parse(text(text)).samples()).hasSize(20_000);
  }

  @ParameterizedTest
  @CsvSource({
    "shared_buffers, 16384, 8kB, integer, pg_settings_shared_buffers_bytes, 134217728",
    "checkpoint_timeout, 300, s, integer, pg_settings_checkpoint_timeout_seconds, 300",
    "deadlock_timeout, 1000, ms, integer, pg_settings_deadlock_timeout_seconds, 1",
    "max_wal_size, 1024, MB, integer, pg_settings_max_wal_size_bytes, 1073741824",
    "autovacuum_work_mem, -1, kB, integer, pg_settings_autovacuum_work_mem_bytes, -1",
    "max_connections, 100, '', integer, pg_settings_max_connections, 100",
    "random_page_cost, 1.1, '', real, pg_settings_random_page_cost, 1.1",
    "fsync, on, '', bool, pg_settings_fsync, 1",
    "auto_explain.log_analyze, off, '', bool, pg_settings_auto_explain_log_analyze, 0",
  })
  void aSettingIsInSecondsOrBytes(
      String name, String setting, String unit, String type, String metric, String value) {
    ServerSetting found = ServerSetting.of(name, setting, unit, type, "").orElseThrow();
    assertThat(found.metric().name()).isEqualTo(metric);
    assertThat(found.value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 14, 15, 16, 17, 18})
  void everyVersionHasEachMetricOnce(int major) {
    List<String> names =
        Collector.of(major).stream()
            .flatMap(collector -> collector.metrics().stream())
            .map(Metric::name)
            .toList();
    assertThat(names).doesNotHaveDuplicates().contains("pg_stat_bgwriter_checkpoints_timed_total");
    Set<String> collectors =
        Collector.of(major).stream().map(Collector::name).collect(Collectors.toSet());
    assertThat(collectors).hasSameSizeAs(Collector.of(major));
  }

  @Test
  void nothingThatIsAskedReadsTheFilesOfTables() {
    for (int major = 13; major <= 18; major++) {
      assertThat(Collector.of(major))
          .allSatisfy(
              collector ->
                  assertThat(collector.sql())
                      .doesNotContainPattern(
                          "pg_(table|total_relation|relation|indexes|database)_size"));
    }
  }

  @Test
  void theParserOfTheseTestsIsStrict() {
    for (String wrong :
        List.of(
            "m 1",
            "# HELP m x\n# TYPE m gauge\nn 1\n",
            "# HELP m x\n# TYPE m gauge\nm 1\nm 2\n",
            "# HELP m x\n# TYPE m gauge\nm{a=\"\\x\"} 1\n",
            "# HELP m x\n# TYPE m gauge\nm one\n",
            "# TYPE m gauge\nm 1\n")) {
      assertThatThrownBy(() -> ParsedMetrics.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
