package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The state directory of one data root. */
public final class StateDirectory implements AutoCloseable {
  private final Optional<StateLock> lock;
  private final Inventory inventory;
  private final Journals journals;
  private final ConditionMemory conditions;
  private final Revisions revisions;
  private final EventLog events;

  private StateDirectory(
      Optional<StateLock> lock,
      Inventory inventory,
      Journals journals,
      ConditionMemory conditions,
      Revisions revisions,
      EventLog events) {
    this.lock = lock;
    this.inventory = inventory;
    this.journals = journals;
    this.conditions = conditions;
    this.revisions = revisions;
    this.events = events;
  }

  /**
   * Creates what is missing, locks the directory and reads it.
   *
   * @param problems hears what was damaged
   */
  public static StateDirectory open(
      Path directory, DurableFiles files, InstantSource clock, Consumer<String> problems)
      throws Refused, HostUnavailable {
    try {
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(requireNonNull(directory.getParent(), "the data root"));
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(directory, ownerOnly);
      }
      Files.createDirectories(directory.resolve("operations"));
      Files.createDirectories(directory.resolve("conditions"));
      Files.createDirectories(directory.resolve("revisions"));
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnwritable",
          "creating the state directory " + directory + ": " + e,
          "Make its parent writable for the account of pglet, or choose another data root",
          e);
    }
    StateLock lock = StateLock.take(directory, files);
    try {
      StateDirectory state = read(directory, Optional.of(lock), files, clock, problems);
      state.forgetStrangers(problems);
      return state;
    } catch (Refused | HostUnavailable | RuntimeException | Error e) {
      closeQuietly(lock, e);
      throw e;
    }
  }

  /**
   * Reads the directory without locking it, for somebody who only looks: what is damaged is left
   * where it is, and an absent directory is empty.
   */
  public static StateDirectory look(Path directory, InstantSource clock)
      throws Refused, HostUnavailable {
    return read(directory, Optional.empty(), new LookOnly(), clock, problem -> {});
  }

  private static StateDirectory read(
      Path directory,
      Optional<StateLock> lock,
      DurableFiles files,
      InstantSource clock,
      Consumer<String> problems)
      throws Refused, HostUnavailable {
    try {
      return new StateDirectory(
          lock,
          Inventory.load(
              new InventoryStore(
                  new VersionedFile(
                      directory.resolve("inventory.json"),
                      files,
                      clock,
                      problems,
                      InventoryJson.migrations()),
                  directory.resolve("inventory.jsonl"),
                  files,
                  clock,
                  problems)),
          new Journals(
              directory.resolve("operations"),
              path -> new VersionedFile(path, files, clock, problems, List.of())),
          new ConditionMemory(
              directory.resolve("conditions"),
              path -> new VersionedFile(path, files, clock, problems, List.of())),
          new Revisions(
              directory.resolve("revisions"),
              path -> new VersionedFile(path, files, clock, problems, List.of())),
          new EventLog(directory.resolve("events.jsonl"), files, clock, EventLog.Cap.STANDARD)
              .load());
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnreadable",
          "reading the state directory " + directory + ": " + e,
          "Make it readable for the account of pglet",
          e);
    }
  }

  private void forgetStrangers(Consumer<String> problems) {
    try {
      revisions.keepOnly(
          inventory.all().stream()
              .map(entry -> entry.identity().uid())
              .collect(Collectors.toSet()));
    } catch (IOException e) {
      problems.accept("revisions that are nobody's any more are not removed: " + e);
    }
  }

  private static void closeQuietly(StateLock lock, Throwable because) {
    try {
      lock.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  public Inventory inventory() {
    return inventory;
  }

  public Journals journals() {
    return journals;
  }

  public ConditionMemory conditions() {
    return conditions;
  }

  public Revisions revisions() {
    return revisions;
  }

  public EventLog events() {
    return events;
  }

  /** Writes what is in memory only, and gives the lock up. */
  @Override
  public void close() throws IOException {
    try {
      inventory.close();
      events.flush();
    } finally {
      if (lock.isPresent()) {
        lock.get().close();
      }
    }
  }

  /** Writes nothing: what an observer would write, it forgets. */
  private static final class LookOnly implements DurableFiles {
    @Override
    public void write(Path file, byte[] content) {}

    @Override
    public void delete(Path file) {}

    @Override
    public void append(Path file, byte[] content) {}

    @Override
    public void appendDurably(Path file, byte[] content) {}

    @Override
    public void keepAside(Path file, Path aside) {}
  }
}
