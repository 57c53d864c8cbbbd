package dev.pglet.manifest.edit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.manifest.TestingClock;
import dev.pglet.manifest.edit.AtomicFile.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class TestAtomicFile {
  @TempDir private Path temp;
  private Path file = Path.of("/");
  private final TestingClock clock = new TestingClock();
  private final TestingFileSwap swap = new TestingFileSwap();
  private final AtomicFile atomic = new AtomicFile(swap, clock, clock);

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(temp.resolve("a.yaml"), "old");
  }

  @Test
  void replacesTheContentAndKeepsTheMode() throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DONE);
    assertThat(file).content().isEqualTo("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    clock.advanceMillis(2000);
    assertThat(names()).containsExactly("a.yaml");
  }

  @Test
  void dropsTheWriteWhenTheFileIsNotWhatWasRead() throws IOException {
    assertThat(replace("other", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(file).content().isEqualTo("old");
    Files.delete(file);
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(names()).isEmpty();
  }

  @Test
  void anEditByRenameJustBeforeTheExchangeGoesBack() throws IOException {
    swap.before(1, () -> editByRename("edit"));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(file).content().isEqualTo("edit");
    clock.advanceMillis(2000);
    assertThat(file).content().isEqualTo("edit");
    assertThat(names()).containsExactly("a.yaml");
  }

  @Test
  void anEditInPlaceJustBeforeTheExchangeGoesBack() throws IOException {
    swap.before(1, () -> Files.writeString(file, "edit"));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(file).content().isEqualTo("edit");
  }

  @Test
  void aSecondEditBeforeTheFirstHasGoneBackWins() throws IOException {
    swap.before(1, () -> editByRename("edit"));
    swap.before(2, () -> editByRename("second edit"));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(file).content().isEqualTo("second edit");
    clock.advanceMillis(2000);
    assertThat(file).content().isEqualTo("second edit");
    assertThat(names()).containsExactly("a.yaml");
  }

  @Test
  void anEditInPlaceOfAFileThatHasGoneBackWinsOverThoseBefore() throws IOException {
    swap.before(1, () -> editByRename("edit"));
    swap.before(2, () -> editByRename("second edit"));
    swap.before(3, () -> Files.writeString(file, "third edit, into the first one's file"));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    clock.advanceMillis(2000);
    assertThat(file).content().isEqualTo("third edit, into the first one's file");
  }

  @Test
  void aFileThatIsDeletedMeanwhileStaysDeleted() throws IOException {
    swap.before(1, () -> editByRename("edit"));
    swap.before(2, () -> Files.delete(file));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(names()).isEmpty();
  }

  @Test
  void aLateWriteIntoTheDisplacedFileIsHandedBack() throws IOException {
    try (FileChannel editor = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(replace("old", "new")).isEqualTo(Outcome.DONE);
      assertThat(replace("new", "newer")).isEqualTo(Outcome.DONE);
      clock.advanceMillis(1500);
      editor.write(ByteBuffer.wrap("late edit".getBytes(UTF_8)));
      assertThat(file).content().isEqualTo("newer");
      clock.advanceMillis(500);
      assertThat(file).content().isEqualTo("late edit");
    }
    clock.advanceMillis(2000);
    assertThat(file).content().isEqualTo("late edit");
    assertThat(names()).containsExactly("a.yaml");
  }

  @Test
  void aLateWriteThatMeetsANewerEditIsKeptBesideTheFile() throws IOException {
    try (FileChannel editor = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(replace("old", "new")).isEqualTo(Outcome.DONE);
      editor.write(ByteBuffer.wrap("late edit".getBytes(UTF_8)));
      editByRename("newest");
      dateFile(1);
      clock.advanceMillis(2000);
    }
    assertThat(file).content().isEqualTo("newest");
    assertThat(names()).hasSize(2).contains("a.yaml");
    assertThat(temp.resolve(names().get(1))).content().isEqualTo("late edit");
    assertThat(names().get(1)).startsWith("a.yaml.kept-by-pglet-");
  }

  @Test
  void aWriteIntoOurFileThatWasTakenBackIsHandedBackToo() throws IOException {
    swap.before(1, () -> editByRename("edit"));
    swap.before(2, () -> swap.opened = FileChannel.open(file, StandardOpenOption.WRITE));
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    assertThat(file).content().isEqualTo("edit");
    dateFile(-1);
    try (FileChannel editor = requireNonNull(swap.opened)) {
      editor.write(ByteBuffer.wrap("into ours".getBytes(UTF_8)));
    }
    clock.advanceMillis(2000);
    assertThat(file).content().isEqualTo("into ours");
  }

  @Test
  void createsAFileButNeverOverwritesOne() throws IOException {
    Path made = temp.resolve("b.yaml");
    atomic.create(made, "b".getBytes(UTF_8));
    assertThat(made).content().isEqualTo("b");
    assertThatThrownBy(() -> atomic.create(made, "c".getBytes(UTF_8)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(made).content().isEqualTo("b");
    swap.able = false;
    assertThatThrownBy(() -> atomic.create(made, "c".getBytes(UTF_8)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(names()).containsExactly("a.yaml", "b.yaml");
  }

  @Test
  void removesAFileUnlessItHasChanged() throws IOException {
    assertThat(atomic.remove(file, "other".getBytes(UTF_8))).isEqualTo(Outcome.DROPPED);
    assertThat(atomic.remove(file, "old".getBytes(UTF_8))).isEqualTo(Outcome.DONE);
    assertThat(file).doesNotExist();
    clock.advanceMillis(2000);
    assertThat(names()).isEmpty();
  }

  @Test
  void aLateWriteIntoARemovedFileBringsItBack() throws IOException {
    try (FileChannel editor = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(atomic.remove(file, "old".getBytes(UTF_8))).isEqualTo(Outcome.DONE);
      editor.write(ByteBuffer.wrap("late edit".getBytes(UTF_8)));
    }
    clock.advanceMillis(2000);
    assertThat(file).content().isEqualTo("late edit");
    assertThat(names()).containsExactly("a.yaml");
  }

  @Test
  void whereFilesCannotBeExchangedOnlyAQuietFileIsReplaced() throws IOException {
    swap.able = false;
    clock.advance(TestingClock.BEFORE_THE_FILES);
    assertThat(replace("old", "new")).isEqualTo(Outcome.DROPPED);
    clock.advanceMillis(60_000);
    assertThat(replace("old", "new")).isEqualTo(Outcome.DONE);
    assertThat(file).content().isEqualTo("new");
    assertThat(names()).containsExactly("a.yaml");
  }

  @Test
  void clearsAwayWhatAKilledProcessHasLeftButOnlyWhenItIsOld() throws IOException {
    Path half = Files.writeString(temp.resolve(".a.yaml.pglet-new-0123abcd"), "ha");
    Path displaced = swapFile("old", "status", "old");
    Path strange = Files.writeString(temp.resolve(".a.yaml.swp"), "vim");
    assertThat(atomic.clearLeftover(half)).isTrue();
    assertThat(half).exists();
    clock.advance(TestingClock.BEFORE_THE_FILES.plus(AtomicFile.ABANDONED).plusSeconds(30));
    assertThat(atomic.clearLeftover(half)).isTrue();
    assertThat(atomic.clearLeftover(displaced)).isTrue();
    assertThat(atomic.clearLeftover(strange)).isFalse();
    assertThat(names()).containsExactly(".a.yaml.swp", "a.yaml");
  }

  /** To read it would wait for ever, with the lock of the whole directory. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void whatIsNoFileIsLeftWhereItIsHoweverItIsCalled() throws Exception {
    Path pipe = swapFile("old", "status", "old");
    Files.delete(pipe);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    clock.advance(TestingClock.BEFORE_THE_FILES.plus(AtomicFile.ABANDONED).plusSeconds(30));

    assertThat(atomic.clearLeftover(pipe)).isTrue();
    assertThat(pipe).exists();
  }

  @Test
  void anEditThatAKilledProcessHadDisplacedGoesBack() throws IOException {
    Path displaced = swapFile("before", "old", "edit");
    clock.advance(TestingClock.BEFORE_THE_FILES.plus(AtomicFile.ABANDONED).plusSeconds(30));
    atomic.clearLeftover(displaced);
    assertThat(file).content().isEqualTo("edit");
    Path again = swapFile("before", "old", "another edit");
    atomic.clearLeftover(again);
    assertThat(file).content().isEqualTo("edit");
    assertThat(names()).anyMatch(name -> name.startsWith("a.yaml.kept-by-pglet-"));
  }

  /**
   * Which of two edits is the newer one is told by their dates, which are too coarse for a test.
   */
  private void dateFile(int seconds) throws IOException {
    Files.setLastModifiedTime(
        file, FileTime.from(FileStamp.of(file).modified().plusSeconds(seconds)));
  }

  private Path swapFile(String expected, String ours, String content) throws IOException {
    Path path = TempFiles.swapPath(file, expected.getBytes(UTF_8), ours.getBytes(UTF_8));
    return Files.writeString(path, content);
  }

  private Outcome replace(String expected, String replacement) throws IOException {
    return atomic.replace(file, expected.getBytes(UTF_8), replacement.getBytes(UTF_8));
  }

  private void editByRename(String text) throws IOException {
    Path other = Files.writeString(temp.resolve("editor.tmp"), text);
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(temp)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }
}
