package dev.pglet.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.server.config.SettingConflicts.Conflict;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestSettingConflicts {
  @Test
  void defaultsAndOrdinarySettingsGoTogether() {
    for (int major = 13; major <= 18; major++) {
      assertThat(SettingConflicts.of(Map.of(), major, 16)).isEmpty();
      assertThat(
              SettingConflicts.of(
                  Map.of(
                      "max_connections", "500",
                      "wal_level", "logical",
                      "archive_mode", "on",
                      "min_wal_size", "1GB",
                      "max_wal_size", "32MB"),
                  major,
                  16))
          .isEmpty();
    }
  }

  @Test
  void reservedConnectionsOfOrdinaryRolesCountFrom16On() {
    Map<String, String> settings = Map.of("max_connections", "10", "reserved_connections", "7");

    assertThat(SettingConflicts.of(settings, 15, 16)).isEmpty();
    assertThat(SettingConflicts.of(settings, 16, 16))
        .extracting(Conflict::setting)
        .containsExactly("reserved_connections");
  }

  @Test
  void minimalWalIsNothingToSendArchiveOrSummarize() {
    Map<String, String> settings =
        Map.of("wal_level", "Minimal", "archive_mode", "always", "summarize_wal", "on");

    assertThat(SettingConflicts.of(settings, 16, 16))
        .extracting(Conflict::setting)
        .containsExactly("wal_level", "archive_mode");
    assertThat(SettingConflicts.of(settings, 17, 16))
        .extracting(Conflict::setting)
        .containsExactly("wal_level", "archive_mode", "summarize_wal");
    assertThat(
            SettingConflicts.of(
                Map.of("wal_level", "minimal", "max_wal_senders", "0", "archive_mode", "off"),
                17,
                16))
        .isEmpty();
  }

  @Test
  void walSizesHoldTwoSegmentsInWhateverUnit() {
    for (String small : new String[] {"31MB", "31", "32767kB", "2 MB"}) {
      assertThat(SettingConflicts.of(Map.of("min_wal_size", small), 15, 16))
          .as(small)
          .extracting(Conflict::setting)
          .containsExactly("min_wal_size");
    }
    for (String enough : new String[] {"32MB", "32", "32768kB", "1GB", "1TB", "0.1GB"}) {
      assertThat(SettingConflicts.of(Map.of("max_wal_size", enough), 15, 16)).as(enough).isEmpty();
    }
  }

  @Test
  void allProcessesTogetherHaveALimit() {
    assertThat(SettingConflicts.of(Map.of("max_connections", "262000"), 15, 16)).isEmpty();
    assertThat(
            SettingConflicts.of(
                Map.of("max_connections", "262000", "max_worker_processes", "200"), 15, 16))
        .extracting(Conflict::setting)
        .containsExactly("max_connections");
  }

  @Test
  void whatIsNoPlainNumberIsLeftToTheServer() {
    assertThat(SettingConflicts.of(Map.of("max_connections", "0x10", "wal_level", "x"), 15, 16))
        .isEmpty();
  }
}
