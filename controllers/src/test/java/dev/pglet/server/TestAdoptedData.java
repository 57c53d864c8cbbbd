package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Refused;
import dev.pglet.server.place.DataPlace;
import dev.pglet.server.place.TestingCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pglet does not do to data that was taken over, or to somebody else's server on it. */
final class TestAdoptedData {
  private static final String SYSTEM = "7300000000000000001";
  private static final Map<String, String> TAKEN = Map.of(DataPlace.SYSTEM_FACT, SYSTEM);

  @TempDir private Path directory;

  @Test
  void dataThatIsAwayKeepsItsVolume() throws Exception {
    TestingAdoption adoption = new TestingAdoption(directory, Phase.READY, TAKEN);
    Files.move(adoption.data(), directory.resolve("away"));

    Refused refused = refusal(adoption);
    assertThat(refused.reason()).isEqualTo("DataMissing");
    assertThat(refused).hasMessageContaining(adoption.data() + ", which holds the data of");

    Files.createDirectory(adoption.data());
    ServerExecutor.removeOutside(adoption.host(), adoption.volume());
    assertThat(adoption.data()).as("it says that the data is gone").isEmptyDirectory();
  }

  @Test
  void anotherClusterInItsPlaceIsLeftAsItIs() throws Exception {
    TestingAdoption adoption = new TestingAdoption(directory, Phase.READY, TAKEN);
    adoption.identify("7300000000000000002");
    new RememberedConfigurations(adoption.volume(), adoption.host().account())
        .writeInForce(TestingServer.configuration(Map.of()));
    adoption.serve();

    assertThat(refusal(adoption).reason()).isEqualTo("DataNotOurs");
    Refused refused =
        catchThrowableOfType(
            Refused.class, () -> new ServerCleanup(adoption.hosts()).all(PostgreSQLInstance.KIND));
    assertThat(refused.reason()).isEqualTo("DataNotOurs");
    assertThat(RememberedConfigurations.linked(adoption.volume())).isTrue();
    assertThat(adoption.count("stop")).isZero();

    adoption.identify(SYSTEM);
    assertThat(new ServerCleanup(adoption.hosts()).all(PostgreSQLInstance.KIND)).hasSize(1);
    assertThat(adoption.count("stop")).isEqualTo(1);
    assertThat(adoption.data().resolve("PG_VERSION")).exists();
  }

  private static Refused refusal(TestingAdoption adoption) throws Exception {
    Refused refused =
        catchThrowableOfType(
            Refused.class, () -> ServerExecutor.removeOutside(adoption.host(), adoption.volume()));
    assertThat(adoption.volume().directory()).exists();
    return refused;
  }

  @Test
  void theServerOfDataThatWasNeverTakenOverRunsOn() throws Exception {
    TestingAdoption adoption = new TestingAdoption(directory, Phase.BUILDING, Map.of());
    adoption.identify(SYSTEM);
    adoption.serve();

    assertThat(new ServerCleanup(adoption.hosts()).all(PostgreSQLInstance.KIND)).hasSize(1);

    assertThat(adoption.count("stop")).isZero();
    assertThat(adoption.host().server().find(adoption.data())).isPresent();
    assertThat(adoption.data().resolve("PG_VERSION")).exists();
  }

  @Test
  void noServerIsStartedWhereSomebodyElsesMayRun() throws Exception {
    TestingAdoption adoption = new TestingAdoption(directory, Phase.READY, TAKEN);
    adoption.identify(SYSTEM);
    ServerExecutor servers = new ServerExecutor(adoption.host());
    long pid = ProcessHandle.current().pid();
    TestingCluster.pidFile(adoption.data(), pid, Path.of("/var/run/postgresql"));

    InvalidSpec refused = catchThrowableOfType(InvalidSpec.class, () -> start(adoption, servers));
    assertThat(refused.reason()).isEqualTo("ServerRuns");
    assertThat(adoption.count("start")).isZero();

    FileTree.delete(adoption.data().resolve("postmaster.pid"));
    start(adoption, servers);
    assertThat(adoption.count("start")).isEqualTo(1);
  }

  private void start(TestingAdoption adoption, ServerExecutor servers) throws Exception {
    servers.startPrivately(adoption.spec(), List.of(), directory.resolve("sockets"));
  }
}
