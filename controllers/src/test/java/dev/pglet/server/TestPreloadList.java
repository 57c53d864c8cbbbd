package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPreloadList {
  @TempDir Path libraries;

  @Test
  void preloadsWhatIsInstalledOfWhatIsWanted() throws IOException {
    install("pg_stat_statements", "auto_explain");

    assertThat(value("", "pg_stat_statements", "pg_cron", "auto_explain"))
        .contains("pg_stat_statements,auto_explain");
    assertThat(value("", "pg_cron")).isEmpty();
  }

  @Test
  void keepsWhatTheUserWroteInstalledOrNotAndEachOnce() throws IOException {
    install("pg_stat_statements");

    assertThat(
            value(
                "my_lib, \"$libdir/pg_stat_statements\" ,my_lib",
                "pg_stat_statements",
                "pg_stat_statements"))
        .contains("my_lib,$libdir/pg_stat_statements");
  }

  @Test
  void putsFirstWhatMustComeFirst() throws IOException {
    install("pg_stat_statements", "timescaledb", "citus");

    assertThat(value("auto_explain", "pg_stat_statements", "timescaledb", "citus"))
        .contains("citus,timescaledb,auto_explain,pg_stat_statements");
  }

  @Test
  void countsAllAsInstalledWhileThereAreNoBinaries() {
    assertThat(PreloadList.value(Optional.empty(), List.of("pg_cron"), Optional.empty()))
        .contains("pg_cron");
  }

  @Test
  void quotesAPathThatIsNoPlainName() {
    assertThat(PreloadList.value(Optional.of("\"/opt/my libs/x\""), List.of(), Optional.empty()))
        .contains("\"/opt/my libs/x\"");
  }

  private void install(String... names) throws IOException {
    for (String name : names) {
      Files.createFile(libraries.resolve(name + ".so"));
    }
  }

  private Optional<String> value(String byName, String... wanted) {
    Binaries binaries =
        new Binaries(PostgresVersion.parse("17.6"), libraries, "system", libraries, libraries);
    return PreloadList.value(
        Optional.of(byName).filter(list -> !list.isEmpty()),
        List.of(wanted),
        Optional.of(binaries));
  }
}
