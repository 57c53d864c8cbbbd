package dev.pglet.host.binaries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.LocalPostgresServer;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.postgres.RealPostgres;
import dev.pglet.host.volume.LocalVolumes;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The binaries of the distribution and of the user's Maven repositories, run as the account. */
class TestEmbeddedServers {
  private static final int PORT = 17005;

  /** Unpacked once: a version takes longer to unpack than all of its tests. */
  @SuppressWarnings("NullAway.Init")
  private static RealPostgres shared;

  @BeforeAll
  static void open() throws Exception {
    shared = new RealPostgres();
  }

  @AfterAll
  static void close() throws Exception {
    shared.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"18.6", "17.11"})
  void anEmbeddedServerIsMadeCheckedStartedReloadedAndStopped(String version) throws Exception {
    try (RealPostgres real = new RealPostgres()) {
      Binaries binaries = install(real, version);
      Path data = real.cluster(binaries, "a");
      Path candidate = data.resolveSibling("candidate.conf");
      real.write(candidate, "work_mem = 4MB\nwrk_mem = 4MB\nwal_level = minimum\n");
      assertThat(real.servers.check(binaries, data, candidate, real.account))
          .extracting(problem -> problem.line() + " " + problem.setting())
          .containsExactly("2 wrk_mem", "3 wal_level");
      Postmaster postmaster = real.start(binaries, data, PORT);
      assertThat(real.query(PORT, "show server_version")).startsWith(version);
      assertThat(real.query(PORT, "select system_identifier from pg_control_system()"))
          .isEqualTo(real.servers.controlData(data).systemIdentifier());
      assertThat(real.query(PORT, "show data_checksums")).isEqualTo("on");
      real.servers.reload(data);
      assertThat(real.servers.find(data)).contains(postmaster);
      real.servers.stop(data, Duration.ofSeconds(30));
      assertThat(real.servers.find(data)).isEmpty();
    }
  }

  /** What is changed in a copy lies elsewhere in the files of each version. */
  @ParameterizedTest
  @ValueSource(strings = {"18.6", "17.11"})
  void aCopyOfAClusterStartsWithAnIdentityOfItsOwn(String version) throws Exception {
    try (RealPostgres real = new RealPostgres()) {
      Binaries binaries = install(real, version);
      LocalCommands commands = new LocalCommands();
      LocalVolumes volumes = new LocalVolumes(commands);
      LocalPostgresServer servers =
          new LocalPostgresServer(
              commands,
              real.root.resolve("clusters"),
              (from, to, owner) -> volumes.copyTree(CopyRequest.whole(from, to, owner)));
      List<String> identifiers = new ArrayList<>();
      for (String name : List.of("a", "b")) {
        Path volume = real.volume(name);
        servers.initialize(real.initRequest(binaries, volume));
        Path data = volume.resolve("data");
        real.configure(data);
        real.start(binaries, data, PORT);
        identifiers.add(real.query(PORT, "select system_identifier from pg_control_system()"));
        real.servers.stop(data, Duration.ofSeconds(30));
      }
      assertThat(identifiers).doesNotHaveDuplicates();
    }
  }

  /** The timeline is read where every major version from 13 on has it. */
  @ParameterizedTest
  @ValueSource(strings = {"18.6", "17.11"})
  void theTimelineAfterAPromotionIsRead(String version) throws Exception {
    try (RealPostgres real = new RealPostgres()) {
      Binaries binaries = install(real, version);
      Path data = real.cluster(binaries, "a");
      real.write(data.resolve("standby.signal"), "");
      real.start(binaries, data, PORT);
      assertThat(real.query(PORT, "select pg_promote(true, 60)")).isEqualTo("t");
      String timeline = "select timeline_id from pg_control_checkpoint()";
      try (var session = real.connect(PORT);
          var statement = session.createStatement()) {
        statement.execute("checkpoint");
      }
      assertThat(real.query(PORT, timeline)).isEqualTo("2");
      assertThat(real.servers.controlData(data).timeline()).isEqualTo(2);
    }
  }

  private static Binaries install(RealPostgres real, String version) throws Exception {
    Settings settings =
        new Settings(
            shared.root.resolve("root"), shared.root.resolve("run"), Optional.empty(), false);
    return InstalledBinaries.ofHost(settings, real.account, new LocalCommands())
        .install(PostgresVersion.parse(version));
  }
}
