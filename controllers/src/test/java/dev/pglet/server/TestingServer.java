package dev.pglet.server;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.certificate.CertificateSeen;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.access.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * A server as it could be observed, changed by one fact at a time. Every method gives a new one, so
 * that a test says only what matters to it.
 */
public record TestingServer(ServerObserved observed) {
  public static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "orders");
  public static final String UID = "0a1b2c3d-0000-4000-8000-000000000001";
  public static final String VOLUME = VolumeMarker.id(UID, 1);
  public static final Path POOL = Path.of("/data/volumes");
  public static final int PORT = 54001;
  public static final Path SOCKET = Path.of("/run/pglet/0a1b2c3d");

  /** Nothing is there but binaries of 17.6. */
  public static TestingServer absent() {
    return new TestingServer(
        new ServerObserved(
            new Resolution.Ready(binaries(17, 6, "system")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            SOCKET,
            Optional.empty(),
            Readiness.SILENT,
            Optional.empty(),
            false,
            false,
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            new TreeSet<>(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true,
            CertificateSeen.NONE));
  }

  /** The volume is there, still empty. */
  public static TestingServer created() {
    VolumeMarker marker =
        new VolumeMarker(
            VolumeMarker.FORMAT,
            VOLUME,
            KEY,
            UID,
            1,
            "/etc/pglet/manifests",
            VolumeMarker.Phase.BUILDING,
            PORT,
            "system",
            "17.6",
            "3f",
            Map.of("databaseMade", "true"));
    ServerObserved absent = absent().observed;
    return new TestingServer(
        new ServerObserved(
            absent.binaries(),
            Optional.of(new Volume(POOL, POOL.resolve(VOLUME), marker)),
            absent.control(),
            Optional.of(PORT),
            absent.socketDirectory(),
            absent.postmaster(),
            absent.readiness(),
            absent.runningPort(),
            absent.socketGone(),
            absent.lockHeld(),
            Optional.of(configuration(Map.of())),
            absent.mainOnDisk(),
            absent.configurationOnDisk(),
            absent.drift(),
            absent.changes(),
            absent.lastGoodHash(),
            absent.refused(),
            absent.live(),
            absent.secured(),
            absent.certificate()));
  }

  /** The data is complete and nobody has written a configuration for it. */
  public static TestingServer initialized() {
    return created()
        .marker(marker -> marker.with(VolumeMarker.Phase.READY))
        .control(Optional.of(new ControlData(17, "7300000000000000001", 1)));
  }

  /** It ran with the desired configuration, and is down. */
  public static TestingServer stopped() {
    return initialized().onDisk(true).lastGood(configuration(Map.of()).hash());
  }

  /** It runs as desired. */
  public static TestingServer running() {
    return stopped().process(Readiness.ACCEPTING).live(live(configuration(Map.of()).hash()));
  }

  public static LiveServer live(String loadedHash) {
    return new LiveServer(
        new PostgresVersion(17, 6), Optional.of(loadedHash), Map.of(), Map.of(), List.of());
  }

  public static Binaries binaries(int major, int minor, String source) {
    Path directory = Path.of("/usr/lib/postgresql/" + major);
    return new Binaries(
        new PostgresVersion(major, minor),
        directory,
        source,
        directory.resolve("lib"),
        directory.resolve("share"));
  }

  /** What {@code settings} are rendered to, with the port of this server. */
  public static Configuration configuration(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("port", Integer.toString(PORT));
    return Configuration.render(all, new TreeSet<>(List.of("postgres")), Access.DEFAULT);
  }

  public TestingServer binaries(Resolution resolution) {
    return with(resolution, observed.volume(), observed.control());
  }

  public TestingServer marker(UnaryOperator<VolumeMarker> change) {
    Volume was = observed.volume().orElseThrow();
    VolumeMarker marker = change.apply(was.marker());
    return with(
        observed.binaries(),
        Optional.of(new Volume(was.pool(), was.directory(), marker)),
        observed.control());
  }

  /** The data lies under another pool. */
  public TestingServer pool(Path pool) {
    VolumeMarker marker = observed.volume().orElseThrow().marker();
    return with(
        observed.binaries(),
        Optional.of(new Volume(pool, pool.resolve(VOLUME), marker)),
        observed.control());
  }

  public TestingServer control(Optional<ControlData> control) {
    return with(observed.binaries(), observed.volume(), control);
  }

  /** A process is there and answers like that. */
  public TestingServer process(Readiness readiness) {
    return new TestingServer(
        new ServerObserved(
            observed.binaries(),
            observed.volume(),
            observed.control(),
            observed.port(),
            observed.socketDirectory(),
            Optional.of(new Postmaster(4711, 1000, "boot", 1_700_000_000_000L)),
            readiness,
            Optional.of(PORT),
            false,
            false,
            observed.desired(),
            observed.mainOnDisk(),
            observed.configurationOnDisk(),
            observed.drift(),
            observed.changes(),
            observed.lastGoodHash(),
            observed.refused(),
            Optional.empty(),
            observed.secured(),
            observed.certificate()));
  }

  /** It cannot run as its account, for that reason. */
  public TestingServer accountRefused(InvalidSpec why) {
    return new TestingServer(observed.placed(observed.places().by(List.of(why))));
  }

  /** What a session learns from it. */
  public TestingServer live(LiveServer live) {
    return configured(
        observed.desired(),
        observed.configurationOnDisk(),
        List.copyOf(observed.changes()),
        observed.lastGoodHash(),
        observed.refused(),
        Optional.of(live));
  }

  /** The spec now gives this configuration; the files hold another one, which differs in these. */
  public TestingServer desires(Configuration desired, String... changes) {
    return configured(
        Optional.of(desired),
        false,
        List.of(changes),
        observed.lastGoodHash(),
        observed.refused(),
        observed.live());
  }

  public TestingServer onDisk(boolean onDisk) {
    return configured(
        observed.desired(),
        onDisk,
        List.of(),
        observed.lastGoodHash(),
        observed.refused(),
        observed.live());
  }

  /** Somebody else has changed its files. */
  public TestingServer drift(String... drift) {
    return new TestingServer(
        new ServerObserved(
            observed.binaries(),
            observed.volume(),
            observed.control(),
            observed.port(),
            observed.socketDirectory(),
            observed.postmaster(),
            observed.readiness(),
            observed.runningPort(),
            observed.socketGone(),
            observed.lockHeld(),
            observed.desired(),
            observed.mainOnDisk(),
            observed.configurationOnDisk(),
            List.of(drift),
            observed.changes(),
            observed.lastGoodHash(),
            observed.refused(),
            observed.live(),
            observed.secured(),
            observed.certificate()));
  }

  public TestingServer lastGood(String hash) {
    return configured(
        observed.desired(),
        observed.configurationOnDisk(),
        List.copyOf(observed.changes()),
        Optional.of(hash),
        observed.refused(),
        observed.live());
  }

  public TestingServer refused(Configuration refused, String field, String message) {
    return configured(
        observed.desired(),
        observed.configurationOnDisk(),
        List.copyOf(observed.changes()),
        observed.lastGoodHash(),
        Optional.of(
            new RefusedConfiguration(
                refused.hash(), List.of(new RefusedConfiguration.Problem(field, message)))),
        observed.live());
  }

  /** What is seen of its certificate. */
  public TestingServer certificate(CertificateSeen certificate) {
    return new TestingServer(
        new ServerObserved(
            observed.binaries(),
            observed.volume(),
            observed.control(),
            observed.port(),
            observed.socketDirectory(),
            observed.postmaster(),
            observed.readiness(),
            observed.runningPort(),
            observed.socketGone(),
            observed.lockHeld(),
            observed.desired(),
            observed.mainOnDisk(),
            observed.configurationOnDisk(),
            observed.drift(),
            observed.changes(),
            observed.lastGoodHash(),
            observed.refused(),
            observed.live(),
            observed.secured(),
            certificate));
  }

  /** Its files are as an earlier pglet left them. */
  public TestingServer unsecured() {
    return new TestingServer(
        new ServerObserved(
            observed.binaries(),
            observed.volume(),
            observed.control(),
            observed.port(),
            observed.socketDirectory(),
            observed.postmaster(),
            observed.readiness(),
            observed.runningPort(),
            observed.socketGone(),
            observed.lockHeld(),
            observed.desired(),
            observed.mainOnDisk(),
            observed.configurationOnDisk(),
            observed.drift(),
            observed.changes(),
            observed.lastGoodHash(),
            observed.refused(),
            observed.live(),
            false,
            observed.certificate()));
  }

  private TestingServer with(
      Resolution binaries, Optional<Volume> volume, Optional<ControlData> control) {
    return new TestingServer(
        new ServerObserved(
            binaries,
            volume,
            control,
            volume.map(Volume::marker).map(VolumeMarker::port),
            observed.socketDirectory(),
            observed.postmaster(),
            observed.readiness(),
            observed.runningPort(),
            observed.socketGone(),
            observed.lockHeld(),
            observed.desired(),
            observed.mainOnDisk(),
            observed.configurationOnDisk(),
            observed.drift(),
            observed.changes(),
            observed.lastGoodHash(),
            observed.refused(),
            observed.live(),
            observed.secured(),
            observed.certificate()));
  }

  private TestingServer configured(
      Optional<Configuration> desired,
      boolean onDisk,
      List<String> changes,
      Optional<String> lastGood,
      Optional<RefusedConfiguration> refused,
      Optional<LiveServer> live) {
    return new TestingServer(
        new ServerObserved(
            observed.binaries(),
            observed.volume(),
            observed.control(),
            observed.port(),
            observed.socketDirectory(),
            observed.postmaster(),
            observed.readiness(),
            observed.runningPort(),
            observed.socketGone(),
            observed.lockHeld(),
            desired,
            observed.mainOnDisk(),
            onDisk,
            observed.drift(),
            new TreeSet<>(changes),
            lastGood,
            refused,
            live,
            observed.secured(),
            observed.certificate()));
  }
}
