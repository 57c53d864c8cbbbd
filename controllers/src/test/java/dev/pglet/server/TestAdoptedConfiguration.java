package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.place.TestingCluster;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of data that was taken over: nothing that somebody wrote is lost. */
final class TestAdoptedConfiguration {
  @TempDir private Path directory;
  private Path data;
  private Volume volume;
  private AdoptedConfiguration adopted;
  private RememberedConfigurations remembered;

  @BeforeEach
  void make() throws Exception {
    data = Files.createDirectory(directory.resolve("main"));
    Path pool = Files.createDirectory(directory.resolve("pool"));
    VolumeMarker marker =
        TestingServer.initialized()
            .observed()
            .volume()
            .orElseThrow()
            .marker()
            .plusFacts(Map.of("adopted", "true", Volume.DATA_FACT, data.toString()));
    volume = new Volume(pool, Files.createDirectory(pool.resolve(marker.volume())), marker);
    adopted = new AdoptedConfiguration(volume, TestingCluster.account());
    remembered = new RememberedConfigurations(volume, TestingCluster.account());
  }

  private Path kept(String file) {
    return directory.resolve("main.before-pglet-0a1b2c3d").resolve(file);
  }

  private void write(String file, String text) throws Exception {
    Files.deleteIfExists(data.resolve(file));
    Files.writeString(data.resolve(file), text);
  }

  @Test
  void whatIsWrittenAfterTheDataWasTakenOverIsKeptBeforeItIsReplacedAndGivenBack()
      throws Exception {
    write("postgresql.conf", "work_mem = 7MB");
    write("postgresql.auto.conf", "port = '1'");
    adopted.keep();
    write("postgresql.conf", "work_mem = 8MB");
    write("pg_hba.conf", "local all all peer");
    write("postgresql.auto.conf", "port = '2'");

    remembered.writeInForce(TestingServer.configuration(Map.of()));

    assertThat(RememberedConfigurations.linked(volume)).isTrue();
    assertThat(kept("postgresql.conf")).hasContent("work_mem = 7MB");
    assertThat(kept("postgresql.conf.2")).hasContent("work_mem = 8MB");
    assertThat(kept("pg_hba.conf")).hasContent("local all all peer");
    assertThat(data.resolve("postgresql.auto.conf")).content().doesNotContain("port");

    adopted.giveBack();

    assertThat(data.resolve("postgresql.conf")).hasContent("work_mem = 8MB");
    assertThat(data.resolve("pg_hba.conf")).hasContent("local all all peer");
    assertThat(data.resolve("postgresql.auto.conf")).hasContent("port = '2'");
    assertThat(Files.exists(data.resolve("pg_ident.conf"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void pgletsOwnLinksAreNotKept() throws Exception {
    write("postgresql.conf", "work_mem = 7MB");
    remembered.writeInForce(TestingServer.configuration(Map.of()));
    write("postgresql.conf", "work_mem = 9MB");

    remembered.writeInForce(TestingServer.configuration(Map.of()));
    adopted.keep();

    assertThat(kept("postgresql.conf.2")).hasContent("work_mem = 9MB");
    assertThat(directory.resolve("main.before-pglet-0a1b2c3d").toFile().list())
        .containsExactlyInAnyOrder("postgresql.conf", "postgresql.conf.2");
  }

  @Test
  void theOneThatWasKeptLastIsTheNewestAlsoWhenItIsAnOlderOneAgain() throws Exception {
    for (String each : new String[] {"work_mem = 7MB", "work_mem = 8MB", "work_mem = 7MB"}) {
      write("postgresql.conf", each);
      adopted.keep();
      adopted.keep();
    }
    remembered.writeInForce(TestingServer.configuration(Map.of()));
    adopted.giveBack();

    assertThat(data.resolve("postgresql.conf")).hasContent("work_mem = 7MB");
    assertThat(kept("postgresql.conf.4")).doesNotExist();
  }
}
