package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The driver on a real btrfs. */
final class TestBtrfsVolumes extends SharingVolumeContract {
  TestBtrfsVolumes() {
    super("btrfs", "btrfs");
  }

  @Test
  void ofWhatIsSyncedWhileACopyIsMadeNothingIsMissingAndTheOrderIsKept() throws Exception {
    Volume a = filled("a");
    Path first = owned(a.data().resolve("first"), 8);
    Path second = owned(a.data().resolve("second"), 8);
    AtomicBoolean ended = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (FileChannel one = FileChannel.open(first, StandardOpenOption.WRITE);
                      FileChannel two = FileChannel.open(second, StandardOpenOption.WRITE)) {
                    for (long i = 1; !ended.get(); i++) {
                      one.write(ByteBuffer.allocate(8).putLong(0, i), 0);
                      one.force(false);
                      two.write(ByteBuffer.allocate(8).putLong(0, i), 0);
                      two.force(false);
                    }
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
    try {
      long before = 0;
      for (int i = 0; i < 20; i++) {
        Volume copy = volumes().create(pool, marker("" + i), account);
        assertThat(volumes().copiesAtOnce(a.data(), copy.data())).isTrue();
        volumes().copyTree(CopyRequest.whole(a.data(), copy.data(), account));
        long one = number(copy.data().resolve("first"));
        long two = number(copy.data().resolve("second"));
        assertThat(one - two).isBetween(0L, 1L);
        assertThat(one).isGreaterThanOrEqualTo(before);
        before = one;
        volumes().destroy(pool, copy.marker().volume());
      }
      assertThat(before).as("it was written to").isPositive();
    } finally {
      ended.set(true);
      writer.join();
    }
  }

  @Test
  void whatWasWrittenBeforeIsInACopyAlsoWhenNobodySyncedIt() throws Exception {
    Volume a = filled("a");
    for (int i = 0; i < 20; i++) {
      owned(a.data().resolve("new" + i), 100_000);
      Volume copy = volumes().create(pool, marker("" + i), account);
      volumes().copyTree(CopyRequest.whole(a.data(), copy.data(), account));
      assertThat(copy.data().resolve("new" + i)).hasSize(100_000);
    }
  }

  @Test
  void aCopyIsClosedToTheAccountUntilItIsGivenAway() throws Exception {
    Volume a = filled("a");
    Ownership.give(a.data(), account);
    Volume b = volumes().create(pool, marker("b"), account);
    volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account));
    assertThat(Files.getAttribute(b.data(), "unix:uid")).isEqualTo(0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(b.data())))
        .isEqualTo("rwx------");
    assertThat(Files.getAttribute(b.data().resolve("base/1/1259"), "unix:uid"))
        .isEqualTo(account.uid());
  }

  @Test
  void aFileOfAnotherOwnerIsRefused() throws Exception {
    Volume a = filled("a");
    Path secret = Files.writeString(a.data().resolve("secret"), "root's");
    Volume b = volumes().create(pool, marker("b"), account);
    assertThatThrownBy(() -> volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(secret.toString());
    assertThat(b.directory().toFile().list()).as("nothing keeps blocks").containsExactly("tree");
  }

  @Test
  void aFileSystemThatIsMountedInTheDataIsRefused() throws Exception {
    Volume a = filled("a");
    Path inside = Files.createDirectory(a.data().resolve("pg wal"));
    assertThat(
            new ProcessBuilder("mount", "-t", "tmpfs", "none", inside.toString()).start().waitFor())
        .isZero();
    try {
      Volume b = volumes().create(pool, marker("b"), account);
      assertThatThrownBy(() -> volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account)))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("mounted on " + inside);
    } finally {
      assertThat(new ProcessBuilder("umount", inside.toString()).start().waitFor()).isZero();
    }
  }

  @Test
  void aSnapshotThatIsNeededIsNeverReplacedByAnotherCopy() throws Exception {
    Volume b = volumes().create(pool, marker("b"), account);
    Path source = tree();
    assertThat(volumes().copiesAtOnce(source, b.data())).isFalse();
    assertThatThrownBy(
            () ->
                volumes()
                    .copyTree(
                        new CopyRequest(
                            source, b.data(), Set.of(), account, _ -> {}, () -> false, true)))
        .isInstanceOf(ReconcileException.class);
    assertThat(b.data()).doesNotExist();
  }

  @Test
  void aVolumeWhoseTreeIsMissingIsCompleted() throws Exception {
    Volume b = volumes().create(pool, marker("b"), account);
    Files.delete(b.beside());
    assertThat(volumes().create(pool, marker("b"), account)).isEqualTo(b);
    assertThat(b.beside()).isEmptyDirectory();
    assertThat(Files.getAttribute(b.beside(), "unix:ino")).isEqualTo(256L);
  }

  private Path owned(Path file, int bytes) throws Exception {
    Ownership.give(Files.write(file, new byte[bytes]), account);
    return file;
  }

  private static long number(Path file) throws Exception {
    return ByteBuffer.wrap(Files.readAllBytes(file)).getLong();
  }

  @Test
  void aSubvolumeInTheTreeIsRefusedBecauseASnapshotWouldLeaveItOut() throws Exception {
    Volume a = filled("a");
    Path inside = a.data().resolve("base/16384");
    assertThat(
            new ProcessBuilder("btrfs", "subvolume", "create", inside.toString()).start().waitFor())
        .isZero();
    Volume b = volumes().create(pool, marker("b"), account);
    assertThatThrownBy(() -> volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(inside.toString());
    assertThat(b.data()).doesNotExist();
    for (Volume each : List.of(a, b)) {
      volumes().destroy(pool, each.marker().volume());
      assertThat(each.directory()).doesNotExist();
    }
  }

  @Test
  void aSnapshotThatWasInterruptedIsMadeAgainAndIsInNobodysWay() throws Exception {
    Volume a = filled("a");
    Volume b = volumes().create(pool, marker("b"), account);
    Path closed = Files.createDirectory(b.directory().resolve(".tree.closed"));
    assertThat(
            new ProcessBuilder(
                    "btrfs", "subvolume", "snapshot", a.beside().toString(), closed + "/tree")
                .start()
                .waitFor())
        .isZero();
    volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account));
    assertThat(b.directory().toFile().list()).containsExactly("tree");
    assertThat(b.data().resolve("base/1/1259")).hasContent("catalogue");
    // And when it died with nothing in its place.
    Files.move(b.beside(), b.directory().resolve("elsewhere"));
    volumes().create(pool, marker("b"), account);
    volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account));
    assertThat(b.data().resolve("base/1/1259")).hasContent("catalogue");
  }

  @Test
  void anOrdinaryUserMakesAndRemovesSnapshots() throws Exception {
    Path own = Files.createDirectory(directory.resolve("own"));
    Ownership.give(own, account);
    for (String command :
        List.of(
            "btrfs -q subvolume create a",
            "mkdir a/base",
            "btrfs -q subvolume snapshot a b",
            "rm -r a b")) {
      CommandRunner.Result result =
          new LocalCommands()
              .run(
                  Invocation.of(
                          Duration.ofSeconds(10), "sh", "-c", "cd %s && %s".formatted(own, command))
                      .as(account));
      assertThat(result.exitCode()).as("%s: %s", command, result.stderr()).isZero();
    }
    assertThat(own).isEmptyDirectory();
  }

  @Test
  void whatATrialThatWasKilledHasLeftIsInNobodysWay() throws Exception {
    Volume a = filled("a");
    Volume b = volumes().create(pool, marker("b"), account);
    Files.writeString(b.beside().resolve(".shares"), "left");
    volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account));
    assertThat(b.beside().toFile().list()).containsExactly("data");
  }

  @Test
  void whatIsThereIsNeverReplaced() throws Exception {
    Volume a = filled("a");
    Volume b = volumes().create(pool, marker("b"), account);
    Files.createDirectory(b.data());
    assertThatThrownBy(() -> volumes().copyTree(CopyRequest.whole(a.data(), b.data(), account)))
        .isInstanceOf(ReconcileException.class);
    assertThat(b.data()).isEmptyDirectory();
  }
}
