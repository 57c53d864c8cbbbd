package dev.pglet.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.TestingAdoption;
import dev.pglet.server.place.TestingCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether pglet can log in is asked once, and only while nobody uses the data. */
final class TestClusterAdoption {
  @TempDir private Path directory;
  private TestingAdoption adoption;
  private ClusterAdoption cluster;

  @BeforeEach
  void make() throws Exception {
    adoption = new TestingAdoption(directory, Phase.READY, Map.of());
    cluster = new ClusterAdoption(adoption.host(), new ServerExecutor(adoption.host()));
  }

  private String ensured() throws Exception {
    return String.valueOf(adoption.volume().marker().fact(ClusterAdoption.SUPERUSER_FACT));
  }

  @Test
  void asksWhenNoServerRuns() throws Exception {
    cluster.ensureSuperuser(adoption.spec());

    assertThat(adoption.count("alone")).isEqualTo(1);
    assertThat(ensured()).isEqualTo("true");
  }

  @Test
  void remembersNothingWhenItCouldNotAsk() throws Exception {
    Files.writeString(adoption.data().resolve("PG_VERSION"), "17\n");
    byte[] control = Files.readAllBytes(adoption.data().resolve("global/pg_control"));
    adoption.identify("7300000000000000001");
    adoption.serve();
    Files.write(adoption.data().resolve("global/pg_control"), control);

    assertThatThrownBy(() -> cluster.ensureSuperuser(adoption.spec()))
        .isInstanceOfAny(HostUnavailable.class, InvalidSpec.class);

    assertThat(ensured()).isEqualTo("null");
  }

  @Test
  void startsNothingThatLosesCommitTimestamps() throws Exception {
    TestingCluster.keepsCommitTimestamps(adoption.data());

    InvalidSpec refused =
        catchThrowableOfType(InvalidSpec.class, () -> cluster.ensureSuperuser(adoption.spec()));

    assertThat(refused.reason()).isEqualTo("CommitTimestamps");
    assertThat(adoption.count("alone")).isZero();
  }

  @Test
  void doesNotAskWhereSomebodyElsesServerMayRun() throws Exception {
    TestingCluster.pidFile(
        adoption.data(), ProcessHandle.current().pid(), Path.of("/var/run/postgresql"));

    InvalidSpec refused =
        catchThrowableOfType(InvalidSpec.class, () -> cluster.ensureSuperuser(adoption.spec()));

    assertThat(refused.reason()).isEqualTo("ServerRuns");
    assertThat(adoption.count("alone")).isZero();
    assertThat(ensured()).isEqualTo("null");
  }
}
