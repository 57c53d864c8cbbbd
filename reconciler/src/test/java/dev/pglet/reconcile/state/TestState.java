package dev.pglet.reconcile.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.state.InventoryEntry.Consent;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import dev.pglet.reconcile.testing.TestingScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestState {
  private static final ResourceKey BOX = ResourceKey.of("Toy", "box");

  @TempDir private Path directory;
  private final TestingScheduler time = new TestingScheduler();
  private final List<String> problems = new ArrayList<>();

  private StateDirectory open() throws Exception {
    return StateDirectory.open(
        directory.resolve("state"), DurableFiles.onDisk(), time, problems::add);
  }

  @Test
  void theInventoryComesBackAsItWas() throws Exception {
    InventoryEntry entry =
        new InventoryEntry(
                BOX,
                new Identity("4be7a21c-0000-4000-8000-000000000000", 7),
                "/etc/pglet/manifests",
                "abc",
                "kind: Toy # häßlich 🙂\n",
                "/etc/pglet/manifests/box.yaml",
                Optional.of(JsonNodeFactory.instance.objectNode().put("size", 3)),
                Instant.parse("2026-01-01T00:00:00Z"),
                Optional.empty(),
                false,
                Optional.of(new Consent("1234", Set.of("Burn Burn[size=3]"), "volume 7")),
                Set.of("5678"))
            .deletedFor(new Tombstone(time.instant(), "gone"));
    try (StateDirectory state = open()) {
      state.inventory().put(entry);
    }

    try (StateDirectory state = open()) {
      assertThat(state.inventory().all()).containsExactly(entry);
      state.inventory().remove(BOX);
    }
    try (StateDirectory state = open()) {
      assertThat(state.inventory().all()).isEmpty();
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void whatIsHeldComesBackForItsRootUntilItsDeletionBegins() throws Exception {
    try (StateDirectory state = open()) {
      state.inventory().put(entry("/m"));
      state.inventory().hold("/m", Set.of(BOX));
      state.inventory().hold("/other", Set.of());
    }
    try (StateDirectory state = open()) {
      assertThat(state.inventory().held("/m")).containsExactly(BOX);
      assertThat(state.inventory().held("/other")).isEmpty();
      state.inventory().put(entry("/m").deletedFor(new Tombstone(time.instant(), "confirmed")));
      assertThat(state.inventory().held("/m")).isEmpty();
    }
    try (StateDirectory state = open()) {
      assertThat(state.inventory().held("/m")).isEmpty();
    }
  }

  @Test
  void whatWasAcceptedOfAUidThatACrashHasLostIsForgotten() throws Exception {
    Revision revision = new Revision(1, time.instant(), "/m/box.yaml", "abc", "kind: Toy\n");
    String uid = entry("/m").identity().uid();
    try (StateDirectory state = open()) {
      state.revisions().add(uid, Optional.empty(), revision, 10);
      state.revisions().add("lost", Optional.empty(), revision, 10);
      state.inventory().put(entry("/m"));
    }
    try (StateDirectory state = open()) {
      assertThat(state.revisions().read(uid)).containsExactly(revision);
      assertThat(directory.resolve("state/revisions/lost.json")).doesNotExist();
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void whereARootWasWholeIsRememberedUntilItIsInDoubt() throws Exception {
    try (StateDirectory state = open()) {
      state.inventory().whole("/m", Optional.of("1:2:3"));
      state.inventory().whole("/other", Optional.of("1:4"));
      state.inventory().put(entry("/m"));
    }
    try (StateDirectory state = open()) {
      assertThat(state.inventory().whole("/m")).contains("1:2:3");
      state.inventory().whole("/m", Optional.empty());
    }
    try (StateDirectory state = open()) {
      assertThat(state.inventory().whole("/m")).isEmpty();
      assertThat(state.inventory().whole("/other")).contains("1:4");
      assertThat(state.inventory().knows("/m")).isTrue();
      assertThat(state.inventory().knows("/other")).isFalse();
    }
  }

  @Test
  void anInventoryThatKnewNeitherHoldsNorFilesNorWhereARootWasWholeIsMigrated() throws Exception {
    try (StateDirectory state = open()) {
      state.inventory().put(entry("/m"));
    }
    Path file = directory.resolve("state/inventory.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode first = (ObjectNode) json.readTree(file.toFile());
    first.put("formatVersion", 1).remove(List.of("held", "whole"));
    first.required("entries").forEach(each -> ((ObjectNode) each).remove("file"));
    json.writeValue(file.toFile(), first);

    try (StateDirectory state = open()) {
      assertThat(state.inventory().all()).containsExactly(entry("/m"));
      assertThat(state.inventory().held("/m")).isEmpty();
      assertThat(state.inventory().whole("/m")).isEmpty();
    }
    assertThat(json.readTree(file.toFile()).path("formatVersion").asInt()).isEqualTo(5);
    assertThat(problems).isEmpty();
  }

  @Test
  void whatCouldNotBeWrittenIsNotInForce() throws Exception {
    DurableFiles full = new FullDisk();
    try (StateDirectory state =
        StateDirectory.open(directory.resolve("state"), full, time, problems::add)) {
      assertThatThrownBy(() -> state.inventory().put(entry("/m")))
          .hasMessageContaining("writing the inventory")
          .hasMessageContaining("disk is full");
      assertThat(state.inventory().all()).isEmpty();
    }
  }

  @Test
  void aChangeIsWrittenByItselfAndBackAfterACrash() throws Exception {
    try (StateDirectory state = open()) {
      state.inventory().put(entry("/m"));
    }
    Path whole = directory.resolve("state/inventory.json");
    String before = Files.readString(whole);
    ResourceKey other = ResourceKey.of("Toy", "other");
    StateDirectory crashed = open();
    crashed.inventory().putAll(List.of(entry(BOX, "/elsewhere"), entry(other, "/m")));
    crashed.inventory().hold("/m", Set.of(other));
    crashed.inventory().whole("/m", Optional.of("1:2"));
    crashed.inventory().whole("/n", Optional.of("1:3"));
    crashed.inventory().whole("/n", Optional.empty());
    crashed.inventory().remove(BOX);
    assertThat(whole).hasContent(before);
    Path copy = copyOfState();
    crashed.close();

    for (int times = 0; times < 2; times++) {
      try (StateDirectory state =
          StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
        assertThat(state.inventory().all()).containsExactly(entry(other, "/m"));
        assertThat(state.inventory().held("/m")).containsExactly(other);
        assertThat(state.inventory().whole("/m")).contains("1:2");
        assertThat(state.inventory().whole("/n")).isEmpty();
      }
      assertThat(copy.resolve("inventory.jsonl")).as("one file after a proper end").doesNotExist();
    }
    assertThat(problems).isEmpty();
  }

  private Path copyOfState() throws IOException {
    Path copy = Files.createDirectories(directory.resolve("copy/state"));
    for (String file : List.of("inventory.json", "inventory.jsonl")) {
      Path from = directory.resolve("state").resolve(file);
      Files.deleteIfExists(copy.resolve(file));
      if (Files.exists(from)) {
        Files.copy(from, copy.resolve(file));
      }
    }
    return copy;
  }

  @Test
  void theLogOfAnOlderFileIsVoidWhereACrashHasLeftIt() throws Exception {
    Path log = directory.resolve("state/inventory.jsonl");
    String old;
    try (StateDirectory state = open()) {
      state.inventory().put(entry("/m"));
      old = Files.readString(log);
    }
    try (StateDirectory state = open()) {
      state.inventory().remove(BOX);
    }
    Files.writeString(log, old);

    try (StateDirectory state = open()) {
      assertThat(state.inventory().all()).isEmpty();
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void aTornLastLineIsNothingAndADamagedOneIsKeptAsideAndTheOthersHold() throws Exception {
    ResourceKey other = ResourceKey.of("Toy", "other");
    StateDirectory crashed = open();
    crashed.inventory().put(entry("/m"));
    crashed.inventory().put(entry(other, "/m"));
    Path copy = copyOfState();
    crashed.close();
    Path log = copy.resolve("inventory.jsonl");
    String lines = Files.readString(log);
    Files.writeString(log, lines.substring(0, lines.length() - 9));

    try (StateDirectory state =
        StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
      assertThat(state.inventory().all()).containsExactly(entry("/m"));
    }
    assertThat(problems).isEmpty();

    crashed = open();
    crashed.inventory().remove(BOX);
    crashed.inventory().remove(other);
    assertThat(copyOfState()).isEqualTo(copy);
    crashed.close();
    Files.writeString(log, Files.readString(log).replaceFirst("removed\"", "rem\u0000ved"));
    try (StateDirectory state =
        StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
      assertThat(state.inventory().all()).containsExactly(entry("/m"));
    }
    assertThat(problems).singleElement().asString().contains("inventory.jsonl has 1 damaged line");
    try (Stream<Path> files = Files.list(copy)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("inventory.jsonl.corrupt-"));
    }
  }

  @Test
  void withoutItsFileWhatTheLogSaysIsInForceAndNoOlderLogIsEver() throws Exception {
    ResourceKey other = ResourceKey.of("Toy", "other");
    try (StateDirectory state = open()) {
      state.inventory().put(entry("/m"));
    }
    StateDirectory crashed = open();
    crashed.inventory().put(entry(other, "/m"));
    Path copy = copyOfState();
    crashed.close();
    Files.writeString(copy.resolve("inventory.json"), "{");
    String log = Files.readString(copy.resolve("inventory.jsonl"));

    try (StateDirectory state =
        StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
      assertThat(state.inventory().all()).containsExactly(entry(other, "/m"));
      state.inventory().remove(other);
    }
    assertThat(problems).singleElement().asString().contains("inventory.json is damaged");
    Files.writeString(copy.resolve("inventory.jsonl"), log);
    try (StateDirectory state =
        StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
      assertThat(state.inventory().all()).isEmpty();
    }
  }

  @Test
  void afterALineThatCouldNotBeWrittenWholeAllOfItIsWrittenAnew() throws Exception {
    TornFiles torn = new TornFiles();
    try (StateDirectory state =
        StateDirectory.open(directory.resolve("state"), torn, time, problems::add)) {
      state.inventory().put(entry("/m"));
      torn.broken = true;
      assertThatThrownBy(() -> state.inventory().remove(BOX)).hasMessageContaining("no space");
      assertThat(state.inventory().all()).containsExactly(entry("/m"));
      torn.broken = false;
      ResourceKey other = ResourceKey.of("Toy", "other");
      state.inventory().put(entry(other, "/m"));
      Path copy = copyOfState();

      try (StateDirectory after =
          StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
        assertThat(after.inventory().all()).containsExactly(entry("/m"), entry(other, "/m"));
      }
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void whereThereIsNoRoomForAllOfItTheLogGoesOn() throws Exception {
    TornFiles full = new TornFiles();
    try (StateDirectory state =
        StateDirectory.open(directory.resolve("state"), full, time, problems::add)) {
      state.inventory().put(entry("/m"));
    }
    try (StateDirectory state =
        StateDirectory.open(directory.resolve("state"), full, time, problems::add)) {
      full.withoutRoom = true;
      for (int changes = 0; changes < 100; changes++) {
        state.inventory().put(entry(BOX, "/m".repeat(10_000) + changes));
      }
      state.inventory().put(entry("/last"));
      assertThat(directory.resolve("state/inventory.jsonl"))
          .satisfies(log -> assertThat(Files.size(log)).isGreaterThan(InventoryStore.SHORT_LOG));
      Path copy = copyOfState();

      try (StateDirectory after =
          StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
        assertThat(after.inventory().all()).containsExactly(entry("/last"));
      }
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void aCrashAndThenNoRoomStillLeaveTheLogInUse() throws Exception {
    StateDirectory crashed = open();
    crashed.inventory().put(entry("/m"));
    Path copy = copyOfState();
    crashed.close();
    TornFiles full = new TornFiles();
    try (StateDirectory state = StateDirectory.open(copy, full, time, problems::add)) {
      full.withoutRoom = true;
      state.inventory().remove(BOX);
      assertThat(state.inventory().all()).isEmpty();
    }

    try (StateDirectory state =
        StateDirectory.open(copy, DurableFiles.onDisk(), time, problems::add)) {
      assertThat(state.inventory().all()).isEmpty();
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void aLongLogBecomesOneFile() throws Exception {
    try (StateDirectory state = open()) {
      long changes = 0;
      long longest = 0;
      Path log = directory.resolve("state/inventory.jsonl");
      while (changes < 100 || Files.exists(log)) {
        changes++;
        state.inventory().put(entry(BOX, "/m".repeat(10_000) + changes));
        longest = Math.max(longest, Files.exists(log) ? Files.size(log) : 0);
        assertThat(changes).as("changes that fit into the log").isLessThan(200);
      }
      assertThat(longest).isBetween(InventoryStore.SHORT_LOG / 2, InventoryStore.SHORT_LOG);
    }
  }

  private InventoryEntry entry(ResourceKey key, String root) {
    return InventoryEntry.unread(key, entry(root).identity(), root, time.instant(), false);
  }

  private InventoryEntry entry(String root) {
    return InventoryEntry.unread(
        BOX, new Identity("4be7a21c-0000-4000-8000-000000000000", 1), root, time.instant(), false);
  }

  @Test
  void nobodyElseMayReadTheStateDirectory() throws Exception {
    open().close();

    assertThat(Files.getPosixFilePermissions(directory.resolve("state"))).hasSize(3);
  }

  @Test
  void anOlderFileIsMigratedAfterACopyAndANewerOneRefused() throws Exception {
    Path path = directory.resolve("file.json");
    Files.writeString(path, "{\"formatVersion\": 1, \"name\": \"a\"}");
    VersionedFile second =
        new VersionedFile(
            path,
            DurableFiles.onDisk(),
            time,
            problems::add,
            List.of(content -> content.put("title", content.path("name").asText())));

    ObjectNode migrated = second.read().orElseThrow();

    assertThat(migrated.path("title").asText()).isEqualTo("a");
    assertThat(migrated.path("formatVersion").asInt()).isEqualTo(2);
    assertThat(directory.resolve("file.json.v1")).content().contains("\"formatVersion\": 1");
    assertThat(second.read()).contains(migrated);
    VersionedFile first =
        new VersionedFile(path, DurableFiles.onDisk(), time, problems::add, List.of());
    assertThatThrownBy(first::read)
        .isInstanceOf(Refused.class)
        .hasMessageContaining("formatVersion 2");
    assertThat(problems).isEmpty();
  }

  @Test
  void conditionsOfANewerPgletAreLeftAsTheyAre() throws Exception {
    try (StateDirectory state = open()) {
      Path file = directory.resolve("state/conditions/uid-1.json");
      String newer = "{\"formatVersion\": 99, \"conditions\": {}}";
      Files.writeString(file, newer);

      assertThatThrownBy(() -> state.conditions().read("uid-1")).isInstanceOf(Refused.class);
      assertThatThrownBy(() -> state.conditions().write("uid-1", List.of()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("newer pglet");
      assertThat(file).content().isEqualTo(newer);
      state.conditions().write("uid-2", List.of());
      assertThat(state.conditions().read("uid-2")).isEmpty();
    }
  }

  @Test
  void aDamagedJournalIsSetAsideAndTheOthersAreRead() throws Exception {
    try (StateDirectory state = open()) {
      state.journals().write(journal("good"));
      state.journals().write(journal("bad"));
    }
    Files.writeString(directory.resolve("state/operations/bad.json"), "{\"formatVersion\": 1}");

    try (StateDirectory state = open()) {
      assertThat(state.journals().all()).containsExactly(journal("good"));
    }
    assertThat(problems).singleElement().asString().contains("operations/bad.json is damaged");
    try (Stream<Path> files = Files.list(directory.resolve("state/operations"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("bad.json.corrupt-"));
    }
  }

  private Journals.Journal journal(String id) {
    return new Journals.Journal(
        id, BOX, "Copy", Map.of("from", "a"), time.instant(), Optional.empty(), "", "");
  }

  @Test
  void anOperationIdThatIsNoFileNameIsRefused() {
    assertThatThrownBy(() -> journal("../../etc/passwd"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("operation id must match");
  }

  @Test
  void equalHappeningsAreOneEventWithACountOverARestart() throws Exception {
    try (StateDirectory state = open()) {
      for (int i = 0; i < 4; i++) {
        state.events().add(BOX, Event.Type.WARNING, "Broken", "the saw is broken");
        time.advance(Duration.ofSeconds(1));
      }
      state.events().add(BOX, Event.Type.NORMAL, "Reconciled", "done");
    }
    Path file = directory.resolve("state/events.jsonl");
    Files.writeString(file, Files.readString(file) + "{\"formatVersion\":1,\"key\":{\"ki");

    try (StateDirectory state = open()) {
      assertThat(state.events().of(BOX))
          .extracting(Event::reason, Event::count)
          .containsExactly(tuple("Broken", 4L), tuple("Reconciled", 1L));
      assertThat(state.events().of(ResourceKey.of("Toy", "other"))).isEmpty();
    }
  }

  @Test
  void theLastCountIsKeptWhenTheDirectoryIsClosed() throws Exception {
    try (StateDirectory state = open()) {
      for (int i = 0; i < 7; i++) {
        state.events().add(BOX, Event.Type.WARNING, "Broken", "the saw is broken");
        time.advance(Duration.ofSeconds(1));
      }
    }

    try (StateDirectory state = open()) {
      Event broken = state.events().of(BOX).getFirst();
      assertThat(broken.count()).isEqualTo(7);
      assertThat(Duration.between(broken.first(), broken.last())).isEqualTo(Duration.ofSeconds(6));
    }
  }

  @Test
  void aTornLineDoesNotSwallowTheNextEvent() throws Exception {
    try (StateDirectory state = open()) {
      state.events().add(BOX, Event.Type.NORMAL, "First", "one");
    }
    Path file = directory.resolve("state/events.jsonl");
    Files.writeString(file, Files.readString(file) + "{\"formatVersion\":1,\"key\":{\"ki");
    try (StateDirectory state = open()) {
      state.events().add(BOX, Event.Type.NORMAL, "Second", "two");
    }

    try (StateDirectory state = open()) {
      assertThat(state.events().of(BOX))
          .extracting(Event::reason)
          .containsExactly("First", "Second");
    }
  }

  @Test
  void eventsAreCappedInSizeAndNumber() throws Exception {
    Path file = directory.resolve("events.jsonl");
    EventLog log =
        new EventLog(file, DurableFiles.onDisk(), time, new EventLog.Cap(20_000, 50)).load();
    for (int i = 0; i < 1000; i++) {
      log.add(BOX, Event.Type.NORMAL, "Reconciled", "number " + i);
    }

    assertThat(log.all()).hasSize(50);
    assertThat(log.all().getLast().message()).isEqualTo("number 999");
    assertThat(Files.size(file)).isLessThan(21_000);
    EventLog again =
        new EventLog(file, DurableFiles.onDisk(), time, new EventLog.Cap(20_000, 50)).load();
    assertThat(again.all().getLast().message()).isEqualTo("number 999");
  }

  @Test
  void eventsOfANewerPgletOutliveARewriteAsTheyAre() throws Exception {
    Path file = directory.resolve("events.jsonl");
    String newer =
        "{\"formatVersion\": 2,  \"what\": \"%s\"}\n{\"formatVersion\": 3}\n"
            .formatted("x".repeat(30_000));
    Files.writeString(file, newer);
    EventLog log =
        new EventLog(file, DurableFiles.onDisk(), time, new EventLog.Cap(20_000, 50)).load();
    log.add(BOX, Event.Type.NORMAL, "Reconciled", "number 0");
    log.add(BOX, Event.Type.NORMAL, "Reconciled", "number 1");
    assertThat(Files.readAllLines(file)).as("what is kept anyway is not rewritten for").hasSize(4);

    for (int i = 2; i < 1000; i++) {
      log.add(BOX, Event.Type.NORMAL, "Reconciled", "number " + i);
    }

    assertThat(file).content().startsWith(newer);
    assertThat(Files.size(file)).as("rewritten").isLessThan(newer.length() + 21_000);
    EventLog again =
        new EventLog(file, DurableFiles.onDisk(), time, new EventLog.Cap(20_000, 50)).load();
    assertThat(again.all().getLast().message()).isEqualTo("number 999");
  }

  /** The disk, of which tests spoil a part. */
  private static class RealFiles implements DurableFiles {
    private final DurableFiles files = DurableFiles.onDisk();

    @Override
    public void write(Path file, byte[] content) throws IOException {
      files.write(file, content);
    }

    @Override
    public void delete(Path file) throws IOException {
      files.delete(file);
    }

    @Override
    public void append(Path file, byte[] content) throws IOException {
      files.append(file, content);
    }

    @Override
    public void appendDurably(Path file, byte[] content) throws IOException {
      files.appendDurably(file, content);
    }

    @Override
    public void keepAside(Path file, Path aside) throws IOException {
      files.keepAside(file, aside);
    }
  }

  /** Whose disk is full in the middle of what is added, or before all that is written. */
  private static final class TornFiles extends RealFiles {
    private boolean broken;
    private boolean withoutRoom;

    @Override
    public void write(Path file, byte[] content) throws IOException {
      if (withoutRoom) {
        throw new IOException("no space");
      }
      super.write(file, content);
    }

    @Override
    public void appendDurably(Path file, byte[] content) throws IOException {
      super.appendDurably(file, broken ? Arrays.copyOf(content, 9) : content);
      if (broken) {
        throw new IOException("no space");
      }
    }
  }

  /** Has room for nothing but the pid. */
  private static final class FullDisk extends RealFiles {
    @Override
    public void write(Path file, byte[] content) throws IOException {
      if (!file.endsWith("pid")) {
        throw new IOException("disk is full");
      }
      super.write(file, content);
    }

    @Override
    public void append(Path file, byte[] content) throws IOException {
      throw new IOException("disk is full");
    }

    @Override
    public void appendDurably(Path file, byte[] content) throws IOException {
      throw new IOException("disk is full");
    }
  }
}
