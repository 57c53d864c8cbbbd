package dev.pglet.host.volume;

import static dev.pglet.host.volume.VolumeContract.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two data roots, a and b, that have one pool. */
class TestPools {
  @TempDir private Path directory;

  private final LocalVolumes volumes = new LocalVolumes(new LocalCommands());
  private Path pool;
  private ServerAccount account;
  private Pools a;
  private Pools b;

  @BeforeEach
  void onePool() throws Exception {
    pool = directory.resolve("pool");
    var self = new HostAccounts().self();
    account = new ServerAccount(self.name(), self.uid(), self.gid(), false);
    volumes.probe(pool, account);
    a = pools("a", _ -> false);
    b = pools("b", _ -> false);
  }

  private Pools pools(String dataRoot, Predicate<Volume> servedHere) {
    return new Pools(directory.resolve(dataRoot + "/pools"), volumes, servedHere);
  }

  private Volume create(Pools owner, String name) throws Exception {
    return volumes.create(pool, plain(name).withDataRoot(owner.remember(pool)), account);
  }

  /** As a pglet left it that knew nothing of data roots. */
  private Path unclaimed(Path in, String name) throws Exception {
    volumes.create(in, plain(name), account);
    Path file = in.resolve("meta/" + plain(name).volume() + ".json");
    String text = Files.readString(file);
    String old =
        text.replace("\"formatVersion\" : 2", "\"formatVersion\" : 1")
            .replace("  \"dataRoot\" : \"3f\",\n", "");
    assertThat(old).doesNotContain("dataRoot").isNotEqualTo(text);
    Files.writeString(file, old);
    return file;
  }

  private void forgetIds(String dataRoot) throws IOException {
    try (var files = Files.list(directory.resolve(dataRoot + "/pools"))) {
      for (Path file : files.toList()) {
        Files.writeString(file, "{\"formatVersion\": 1, \"pool\": \"" + pool + "\"}");
      }
    }
  }

  @Test
  void eachSeesItsOwnVolumesAndThatThereAreOthers() throws Exception {
    Volume ofA = create(a, "a");
    Volume ofB = create(b, "b");

    assertThat(a.inventory()).isEqualTo(new Inventory(List.of(ofA), List.of(ofB), List.of()));
    assertThat(b.inventory()).isEqualTo(new Inventory(List.of(ofB), List.of(ofA), List.of()));
    assertThat(a.inventory().find(ofB.marker().uid(), 1)).isEmpty();
  }

  @Test
  void aDataRootHasOneIdForAllItsPools() throws Exception {
    String id = a.remember(pool);
    assertThat(a.remember(directory.resolve("second"))).isEqualTo(id);
    assertThat(pools("a", _ -> false).remember(pool)).as("after a restart").isEqualTo(id);
    assertThat(b.remember(pool)).isNotEqualTo(id);
  }

  @Test
  void aVolumeOfAnotherDataRootIsNotTakenOverByItsUid() throws Exception {
    Volume ofA = create(a, "a");
    String id = b.remember(pool);
    assertThatThrownBy(() -> create(b, "a"))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.explain()).contains("another data root", id));
    assertThat(a.inventory().volumes()).containsExactly(ofA);
  }

  @Test
  void aVolumeOfAnEarlierPgletIsOfWhomItIsServedFrom() throws Exception {
    Path file = unclaimed(pool, "a");
    String old = Files.readString(file);
    a.remember(pool);
    b.remember(pool);
    forgetIds("a");
    a = pools("a", volume -> volume.marker().volume().equals(plain("a").volume()));
    assertThat(a.inventory().volumes()).hasSize(1);
    assertThat(b.inventory().volumes()).isEmpty();

    a.claimUnclaimed();

    assertThat(Files.readString(file)).contains(a.remember(pool), "\"formatVersion\" : 2");
    assertThat(file.resolveSibling(file.getFileName() + ".v1")).hasContent(old);
    a = pools("a", _ -> false);
    assertThat(a.inventory().volumes()).as("known by its marker").hasSize(1);
    assertThat(b.inventory().unreadable()).as("plainly not of b").isEmpty();

    volumes.destroy(pool, plain("a").volume());
    try (var left = Files.list(pool.resolve("meta"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aMarkerWithADamagedAccountIsRefusedAndHidesNoOther() throws Exception {
    Volume good = create(a, "b");
    VolumeMarker marker = plain("a").withDataRoot(a.remember(pool));
    volumes.create(
        pool, marker.plusFacts(Map.of(MarkedAccount.FACT, "app:1001:4294967295")), account);
    Path file = pool.resolve("meta/" + marker.volume() + ".json");
    String text = Files.readString(file);
    assertThat(a.inventory().unreadable()).as("the largest id there is").isEmpty();
    for (String damaged :
        List.of("", "app", "app:1001", "app:1001:4294967296", "app:1001:x", ":1:1")) {
      Files.writeString(file, text.replace("app:1001:4294967295", damaged));
      Inventory inventory = a.inventory();
      assertThat(inventory.volumes()).as(damaged).containsExactly(good);
      assertThat(inventory.unreadable())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.problem()).isInstanceOf(Refused.class);
                assertThat(each.problem().reason()).isEqualTo("MarkerUnreadable");
                assertThat(each.problem().explain())
                    .contains(file.toString(), "\"" + damaged + "\"", "Repair it from a copy");
              });
    }
  }

  @Test
  void oneThatCouldBeOfEitherIsLeftAloneUntilSomebodySaysWhose() throws Exception {
    Path file = unclaimed(pool, "a");
    String id = a.remember(pool);
    a.claimUnclaimed();

    Inventory inventory = a.inventory();
    assertThat(inventory.volumes()).isEmpty();
    assertThat(inventory.foreign()).as("its port is not given away").hasSize(1);
    assertThatThrownBy(() -> inventory.find(plain("a").uid(), 1))
        .isInstanceOfSatisfying(
            Refused.class,
            e -> assertThat(e.explain()).contains(file.toString(), "\"dataRoot\": \"" + id));

    String said = Files.readString(file).replaceFirst("\\{", "{ \"dataRoot\": \"" + id + "\",");
    Files.writeString(file, said);
    assertThat(a.inventory().find(plain("a").uid(), 1)).isPresent();
  }

  @Test
  void oneInTheDataRootItselfIsOfThatOne() throws Exception {
    Path own = directory.resolve("a/volumes");
    volumes.probe(own, account);
    a.remember(own);
    Path file = unclaimed(own, "a");
    assertThat(a.inventory().volumes()).hasSize(1);

    a.claimUnclaimed();

    assertThat(Files.readString(file)).contains(a.remember(own));
    assertThat(a.inventory().volumes()).hasSize(1);
  }

  @Test
  void aDamagedFileOfAPoolKeepsNobodyFromAnother() throws Exception {
    String id = a.remember(pool);
    Files.writeString(directory.resolve("a/pools/0000000000000000.json"), "{");
    assertThat(a.remember(directory.resolve("second"))).isEqualTo(id);
    a.claimUnclaimed();
  }
}
