package dev.pglet.server;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.certificate.CertificateAuthority;
import dev.pglet.host.certificate.Certificates;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.host.postgres.PostgresServer.StartRequest;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.testing.TestingBinaries;
import dev.pglet.host.testing.TestingHost;
import dev.pglet.host.testing.TestingPorts;
import dev.pglet.host.testing.TestingPostgresServer;
import dev.pglet.host.testing.TestingVolumes;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.Settings;
import dev.pglet.server.place.TestingCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster that somebody else made, and the volume that takes it over, on a host of a test. */
public final class TestingAdoption {
  private static final PostgresVersion VERSION = new PostgresVersion(17, 6);

  private final Path directory;
  private final TestingHost world = new TestingHost();
  private final ServerHost host;
  private final Path data;

  /**
   * Makes both.
   *
   * @param facts of the marker, beside those that say that data is adopted, and which
   */
  public TestingAdoption(Path directory, VolumeMarker.Phase phase, Map<String, String> facts)
      throws Exception {
    this.directory = directory;
    Settings settings =
        new Settings(directory.resolve("root"), directory.resolve("run"), Optional.empty(), false);
    TestingVolumes driver = new TestingVolumes(world);
    Pools pools = new Pools(settings.dataRoot().resolve("pools"), driver, _ -> false);
    TestingBinaries binaries = new TestingBinaries(world, VERSION);
    host =
        new ServerHost(
            settings,
            TestingCluster.account(),
            driver,
            pools,
            new TestingPorts(world, List::of),
            binaries,
            new TestingPostgresServer(world),
            new SocketConnections(),
            Clock.systemUTC(),
            new Certificates(
                new CertificateAuthority(directory.resolve("ca"), Clock.systemUTC()),
                Clock.systemUTC(),
                new LocalCommands()));
    binaries.install(VERSION);
    data = TestingCluster.make(directory.resolve("main"));
    Path pool = Files.createDirectories(settings.volumes());
    Map<String, String> all = new HashMap<>(facts);
    all.put("adopted", "true");
    all.put(Volume.DATA_FACT, data.toString());
    driver.create(
        pool,
        new VolumeMarker(
            VolumeMarker.FORMAT,
            TestingServer.VOLUME,
            TestingServer.KEY,
            TestingServer.UID,
            1,
            "/etc/pglet/manifests",
            phase,
            TestingServer.PORT,
            "embedded",
            VERSION.toString(),
            pools.remember(pool),
            all),
        host.account());
  }

  public ServerHost host() {
    return host;
  }

  public ServerHosts hosts() {
    return new ServerHosts(host, new NamedAccounts(new HostAccounts(), host.account()));
  }

  public Path data() {
    return data;
  }

  /** How often something was done, such as {@code start}, {@code stop} or {@code alone}. */
  public int count(String act) {
    return world.count(act, 0);
  }

  public Volume volume() throws Exception {
    return host.volume(TestingServer.UID, 1).orElseThrow();
  }

  public ServerSpec spec() {
    return new TestingServerSpec().in(host.settings().volumes()).spec();
  }

  /** Somebody else starts a server of it, with nothing of pglet's. */
  public void serve() throws Exception {
    host.server()
        .start(
            new StartRequest(
                TestingServer.binaries(17, 6, "system"),
                data,
                directory.resolve("their.log"),
                directory.resolve("their.lock"),
                List.of(),
                directory.resolve("their-sockets"),
                5432,
                host.account(),
                Duration.ofSeconds(1)));
  }

  /** The testing server's clusters have an identity that it reads otherwise. */
  public void identify(String system) throws IOException {
    Files.writeString(data.resolve("PG_VERSION"), "17\n");
    Files.writeString(data.resolve("global/pg_control"), system + "\n");
  }
}
