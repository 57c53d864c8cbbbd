package dev.pglet.server.place;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.TreeSync;
import dev.pglet.host.postgres.CollectedLog;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeDriver;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Data and WAL outside the volume: how they come there, and go. Data is made in a directory of ours
 * beside its place and then renamed; the marker holds its system identifier before that. Only data
 * with that identifier is ever removed. Stateless.
 */
public final class DataPlace {
  private static final String SYSTEM_FACT = "systemIdentifier";
  private static final String DOOMED = "destroyed";

  private final PostgresServer server;
  private final VolumeDriver driver;
  private final ServerAccount account;

  public DataPlace(PostgresServer server, VolumeDriver driver, ServerAccount account) {
    this.server = server;
    this.driver = driver;
    this.account = account;
  }

  /** Where the WAL is, when that is not in the data directory. */
  public static Optional<Path> wal(Volume volume) {
    return Optional.ofNullable(volume.marker().fact(Places.WAL_FACT)).map(Path::of);
  }

  /** Gives an empty directory that is there to the account, before it becomes a server's. */
  public void adoptEmpty(Places wanted) throws IOException {
    Optional<Path> data = wanted.data();
    if (data.isPresent() && Files.isDirectory(data.get(), LinkOption.NOFOLLOW_LINKS)) {
      Ownership.directory(data.get(), account, PlaceFiles.MODE);
    }
  }

  /**
   * Prepares the making of data.
   *
   * @return the directory that it is to be made as
   */
  public Path begin(Volume volume) throws ReconcileException, IOException {
    Path made = volume.data();
    if (volume.elsewhere().isPresent()) {
      PlaceFiles.enclose(volume.data(), account);
      Ownership.ours(volume.beside(), account, Volume.MODE);
      made = volume.beside().resolve("data");
    }
    FileTree.delete(volume.beside().resolve(DOOMED));
    Optional<Path> wal = wal(volume);
    if (wal.isPresent() && Files.notExists(made, LinkOption.NOFOLLOW_LINKS) && !inPlace(volume)) {
      PlaceFiles.enclose(wal.get(), account);
      // What an initdb has left that was ended.
      Ownership.ours(wal.get(), account, PlaceFiles.MODE);
      empty(wal.get());
      Ownership.give(wal.get(), account);
    }
    return made;
  }

  /**
   * Whether complete data is in its place outside the volume.
   *
   * @throws Refused when something else is
   */
  public boolean inPlace(Volume volume) throws ReconcileException, IOException {
    if (volume.elsewhere().isEmpty() || !holdsAnything(volume.data())) {
      return false;
    }
    if (!isOurs(volume)) {
      throw new Refused(
          "DataAppeared",
          "%s was empty when it was chosen, and now holds what pglet has not made: it is left as it is"
              .formatted(volume.data()),
          "Move it away; the data is then made");
    }
    return true;
  }

  /** Puts data in its place that is complete, and makes its WAL durable. */
  public VolumeMarker putInPlace(Volume volume, Path made) throws ReconcileException, IOException {
    Optional<Path> wal = wal(volume);
    if (wal.isPresent()) {
      // Nothing writes there yet, and the account is kept out meanwhile.
      Ownership.ours(wal.get(), account, PlaceFiles.MODE);
      try (TreeSync writing = TreeSync.begin(above(wal.get()))) {
        writing.complete(wal.get());
      }
      Ownership.give(wal.get(), account);
    }
    if (made.equals(volume.data())) {
      return volume.marker();
    }
    VolumeMarker marker =
        volume.marker().plusFacts(Map.of(SYSTEM_FACT, server.controlData(made).systemIdentifier()));
    driver.mark(volume.pool(), marker);
    DurableFile.rename(made, volume.data());
    return marker;
  }

  /**
   * Removes what is outside the volume, but for what was archived: data, WAL, files of the log, and
   * the directories when nothing else is in them.
   *
   * @throws Refused when other data is in the place of this one; nothing is removed then
   */
  public void remove(Volume volume) throws ReconcileException, IOException {
    Optional<Path> wal = wal(volume);
    boolean made =
        volume.elsewhere().isEmpty()
            || volume.marker().fact(SYSTEM_FACT) != null
            || volume.marker().phase() != VolumeMarker.Phase.BUILDING;
    // Without its WAL it must not be taken for data any more.
    if (made
        && (volume.elsewhere().isPresent() || wal.isPresent())
        && holdsAnything(volume.data())) {
      removeData(volume);
    }
    if (volume.elsewhere().isPresent()) {
      FileTree.delete(volume.beside());
    }
    if (wal.isPresent() && Files.isDirectory(wal.get(), LinkOption.NOFOLLOW_LINKS)) {
      PlaceFiles.enclose(wal.get(), account);
      Ownership.ours(wal.get(), account, PlaceFiles.MODE);
      empty(wal.get());
      removeEmpty(wal.get());
    }
    String logs = volume.marker().fact(Places.LOG_FACT);
    if (logs != null && Files.isDirectory(Path.of(logs), LinkOption.NOFOLLOW_LINKS)) {
      CollectedLog.remove(Path.of(logs), CollectedLog.names(Path.of(logs)));
      removeEmpty(Path.of(logs));
    }
  }

  private void removeData(Volume volume) throws ReconcileException, IOException {
    if (!isOurs(volume)) {
      throw new Refused(
          "DataNotOurs",
          "%s holds other data than the instance %s was made with: nothing is removed"
              .formatted(volume.data(), volume.marker().key()),
          "Move it away if it is yours; what belongs to the instance is then removed");
    }
    driver.mark(volume.pool(), volume.marker().with(VolumeMarker.Phase.BUILDING));
    if (volume.elsewhere().isPresent()) {
      PlaceFiles.enclose(volume.data(), account);
      Ownership.ours(volume.beside(), account, Volume.MODE);
    }
    Path doomed = volume.beside().resolve(DOOMED);
    FileTree.delete(doomed);
    DurableFile.rename(volume.data(), doomed);
  }

  private boolean isOurs(Volume volume) throws ReconcileException {
    if (volume.elsewhere().isEmpty()) {
      return true;
    }
    String system = volume.marker().fact(SYSTEM_FACT);
    return system != null
        && Files.isRegularFile(volume.data().resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS)
        && system.equals(server.controlData(volume.data()).systemIdentifier());
  }

  private static boolean holdsAnything(Path directory) throws IOException {
    return Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
        && (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
            || !entries(directory).isEmpty());
  }

  /** Of a directory that nobody else can write to. */
  private static void empty(Path directory) throws IOException {
    for (Path entry : entries(directory)) {
      FileTree.delete(entry);
    }
  }

  /** One that others use, or on which a file system is mounted, stays. */
  private static void removeEmpty(Path directory) throws IOException {
    boolean mounted =
        !Files.getAttribute(directory, "unix:dev")
            .equals(Files.getAttribute(above(directory), "unix:dev"));
    if (!mounted && entries(directory).isEmpty()) {
      Files.deleteIfExists(directory);
    }
  }

  private static List<Path> entries(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(found::add);
    }
    return found;
  }

  private static Path above(Path path) throws IOException {
    Path above = path.getParent();
    if (above == null) {
      throw new IOException(path + " has no directory above it");
    }
    return above;
  }
}
