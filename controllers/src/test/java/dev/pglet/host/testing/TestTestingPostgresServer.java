package dev.pglet.host.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresBinaries.Sticky;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.ServerContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTestingPostgresServer extends ServerContract {
  private static final PostgresVersion OLD = new PostgresVersion(18, 4);
  private static final PostgresVersion NEW = new PostgresVersion(18, 6);

  private final TestingHost host = new TestingHost();

  @TempDir Path directory;

  @Override
  protected PostgresServer servers() {
    return new TestingPostgresServer(host);
  }

  @Override
  protected Binaries binaries() {
    return TestingBinaries.binaries(NEW);
  }

  @Override
  protected ServerAccount account() {
    return new ServerAccount("tests", 1000, 1000, false);
  }

  @Override
  protected Path volume(String name) throws Exception {
    return Files.createDirectories(directory.resolve(name));
  }

  @Override
  protected StartRequest startRequest(Path data, int port) {
    return new StartRequest(
        binaries(),
        data,
        data.resolveSibling("log"),
        data.resolveSibling("lock"),
        List.of(),
        directory.resolve("s"),
        port,
        account(),
        LONG);
  }

  @Override
  protected void kill(Path data) {
    host.kill(data);
  }

  @Override
  protected Runnable killAtWork(Path data) {
    return host.killAtWork(data);
  }

  @Test
  void countsWhatWasDoneAndNotWhatWasAsked() throws Exception {
    Path data = volume("counted").resolve("data");
    for (int i = 0; i < 2; i++) {
      servers().initialize(new InitRequest(binaries(), data, "UTF8", "C.UTF-8", account()));
      servers().start(startRequest(data, 17001));
    }
    for (int i = 0; i < 2; i++) {
      servers().stop(data, LONG);
    }
    assertThat(host.counts()).isEqualTo(Map.of("initialize", 1, "start", 1, "stop", 1));
  }

  @Test
  void binariesStayWhatTheyWereUntilAnotherVersionIsWanted() throws Exception {
    TestingBinaries binaries = new TestingBinaries(host, OLD, NEW);
    assertThat(binaries.resolve("18", "auto", Optional.empty()))
        .isEqualTo(new Resolution.Installable(NEW));
    Optional<Sticky> sticky = Optional.of(new Sticky("embedded", OLD));
    assertThat(binaries.resolve("18", "auto", sticky)).isEqualTo(new Resolution.Installable(OLD));
    binaries.install(OLD);
    binaries.install(OLD);
    assertThat(new TestingBinaries(host, OLD, NEW).resolve("18", "auto", Optional.empty()))
        .isEqualTo(new Resolution.Ready(TestingBinaries.binaries(OLD)));
    assertThat(host.count("install", 0)).isEqualTo(1);
    assertThat(binaries.resolve("12", "auto", Optional.empty()))
        .isInstanceOf(Resolution.Missing.class);
  }
}
