package dev.pglet.server.place;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.TreeSync;
import dev.pglet.host.postgres.CollectedLog;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.postgres.WalSegments;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Data and WAL outside the volume: how they come there, and go. Each is made in a directory of ours
 * beside its place and then renamed; the marker holds the cluster's system identifier before that.
 * Only what has that identifier is ever removed. Stateless.
 */
public final class DataPlace {
  /** The fact of a marker: the cluster that its data outside the volume is of. */
  public static final String SYSTEM_FACT = "systemIdentifier";

  private static final String DOOMED = "destroyed";

  private final PostgresServer server;
  private final Volumes volumes;
  private final ServerAccount account;

  public DataPlace(PostgresServer server, Volumes volumes, ServerAccount account) {
    this.server = server;
    this.volumes = volumes;
    this.account = account;
  }

  /** Where the WAL is, when that is not in the data directory. */
  public static Optional<Path> wal(Volume volume) {
    return Optional.ofNullable(volume.marker().fact(Places.WAL_FACT)).map(Path::of);
  }

  /** Gives an empty directory that is there to the account, before it becomes a server's. */
  public void adoptEmpty(Places wanted) throws IOException {
    Optional<Path> data = wanted.data();
    if (wanted.adopts().isEmpty()
        && data.isPresent()
        && Files.isDirectory(data.get(), LinkOption.NOFOLLOW_LINKS)) {
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
    if (wal.isPresent()
        && volume.marker().phase() == VolumeMarker.Phase.BUILDING
        && !inPlace(volume)
        && !isMade(made, wal.get())) {
      Path staged = staged(volume, wal.get());
      requireUnused(volume, made, staged, wal.get());
      // What an initdb has left that was ended, or did not become durable.
      FileTree.delete(made);
      PlaceFiles.enclose(wal.get(), account);
      Ownership.ours(parent(staged), account, Volume.MODE);
      FileTree.delete(staged);
      Ownership.directory(staged, account, PlaceFiles.MODE);
    }
    return made;
  }

  /**
   * Where WAL is made: in a directory of ours beside its place.
   *
   * @param wal its place
   */
  public static Path staged(Volume volume, Path wal) {
    return wal.resolveSibling(".pglet-" + volume.marker().volume() + "-wal").resolve("wal");
  }

  /** Data whose WAL had its place may have been a server's: it is not made anew. */
  private void requireUnused(Volume volume, Path made, Path staged, Path wal)
      throws ReconcileException {
    String system = volume.marker().fact(SYSTEM_FACT);
    if (system != null
        && Files.notExists(staged, LinkOption.NOFOLLOW_LINKS)
        && Files.isRegularFile(made.resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS)
        && system.equals(server.controlData(made).systemIdentifier())) {
      throw new Refused(
          "WalMissing",
          "the data of %s in %s is whole, and its WAL is not in %s: nothing is made anew"
              .formatted(volume.marker().key(), made, wal),
          "Mount the file system of " + wal + ", or delete the instance with its data");
    }
  }

  /** Whether data waits for its name, whose WAL has got its own: both are durable then. */
  private boolean isMade(Path made, Path wal) throws ReconcileException, IOException {
    return Files.isRegularFile(made.resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS)
        && WalSegments.areOf(wal, server.controlData(made).systemIdentifier());
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

  /**
   * Puts data in its place that is complete, and before that its WAL.
   *
   * @throws Refused when something else has come to where the WAL is to be
   */
  public VolumeMarker putInPlace(Volume volume, Path made) throws ReconcileException, IOException {
    Optional<Path> wal = wal(volume);
    if (wal.isEmpty() && made.equals(volume.data())) {
      return volume.marker();
    }
    VolumeMarker marker =
        volume.marker().plusFacts(Map.of(SYSTEM_FACT, server.controlData(made).systemIdentifier()));
    volumes.mark(volume.pool(), marker);
    if (wal.isPresent()) {
      putInPlace(staged(volume, wal.get()), wal.get(), made);
    }
    if (!made.equals(volume.data())) {
      DurableFile.rename(made, volume.data());
    }
    return marker;
  }

  private void putInPlace(Path staged, Path wal, Path made) throws IOException, Refused {
    if (Files.exists(staged, LinkOption.NOFOLLOW_LINKS)) {
      // Nothing writes there yet, and the account is kept out meanwhile.
      Ownership.ours(staged, account, PlaceFiles.MODE);
      try (TreeSync writing = TreeSync.begin(parent(staged))) {
        writing.complete(staged);
      }
      Path link = made.resolve("pg_wal");
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, wal);
      DurableFile.syncParent(link);
      try {
        // In place of nothing, or of an empty directory.
        DurableFile.rename(staged, wal);
      } catch (FileSystemException e) {
        if (holdsAnything(wal)) {
          throw appeared(wal, e);
        }
        throw e;
      }
    }
    Ownership.give(wal, account);
    FileTree.delete(parent(staged));
  }

  private static Refused appeared(Path wal, IOException e) {
    return new Refused(
        "WalAppeared",
        "%s was empty when it was chosen, and now holds what pglet has not made: it is left as it is"
            .formatted(wal),
        "Move it away; the data is then made",
        e);
  }

  /**
   * Removes what is outside the volume, but for what was archived and data that was there before:
   * data, WAL, files of the log, and the directories when nothing else is in them.
   *
   * @throws Refused when other data is in the place of this one; nothing is removed then
   */
  public void remove(Volume volume) throws ReconcileException, IOException {
    requireGivenUp(volume);
    Optional<Path> wal = wal(volume);
    Optional<String> system = Optional.ofNullable(volume.marker().fact(SYSTEM_FACT));
    boolean outside = volume.elsewhere().isPresent();
    boolean adopted = Places.adopted(volume.marker());
    // Without its WAL it must not be taken for data any more.
    if (!adopted
        && (outside || wal.isPresent())
        && system.isPresent()
        && holdsAnything(volume.data())) {
      removeData(volume);
    }
    if (outside) {
      FileTree.delete(volume.beside());
    }
    if (adopted) {
      AdoptionClaim.release(volume);
    }
    if (wal.isPresent()) {
      removeWal(volume, wal.get(), system);
    }
    String logs = volume.marker().fact(Places.LOG_FACT);
    if (logs != null && Files.isDirectory(Path.of(logs), LinkOption.NOFOLLOW_LINKS)) {
      CollectedLog.remove(Path.of(logs), CollectedLog.names(Path.of(logs)));
      removeEmpty(Path.of(logs));
    }
  }

  /**
   * Requires of data outside the volume that it is there, and the one that the instance was made
   * with or took over, or that an empty directory says that it is gone.
   */
  public void requireGivenUp(Volume volume) throws ReconcileException, IOException {
    VolumeMarker marker = volume.marker();
    if (volume.elsewhere().isEmpty() || marker.fact(SYSTEM_FACT) == null) {
      return;
    }
    // Data that pglet removes is renamed first, while its volume is built back.
    boolean removing = !Places.adopted(marker) && marker.phase() == VolumeMarker.Phase.BUILDING;
    if (!removing && Files.notExists(volume.data(), LinkOption.NOFOLLOW_LINKS)) {
      throw new Refused(
          "DataMissing",
          "%s, which holds the data of %s, is not there: nothing is removed"
              .formatted(volume.data(), marker.key()),
          "Mount its file system. If you have removed the data, make an empty directory in its place: mkdir -p "
              + volume.data());
    }
    if (holdsAnything(volume.data()) && !isOurs(volume)) {
      throw new Refused(
          "DataNotOurs",
          "%s holds other data than the instance %s was made with: nothing is removed"
              .formatted(volume.data(), marker.key()),
          "Put the data of the instance back, or move this away and make an empty directory in its place");
    }
  }

  /** WAL that is not this cluster's is left: somebody has put it there. */
  private void removeWal(Volume volume, Path wal, Optional<String> system)
      throws ReconcileException, IOException {
    Path beside = parent(staged(volume, wal));
    if (system.isPresent() && WalSegments.areOf(wal, system.get())) {
      PlaceFiles.enclose(wal, account);
      Ownership.ours(beside, account, Volume.MODE);
      Path doomed = beside.resolve(DOOMED);
      FileTree.delete(doomed);
      DurableFile.rename(wal, doomed);
    } else if (Files.isDirectory(wal, LinkOption.NOFOLLOW_LINKS)) {
      removeEmpty(wal);
    }
    FileTree.delete(beside);
  }

  private void removeData(Volume volume) throws ReconcileException, IOException {
    volumes.mark(volume.pool(), volume.marker().with(VolumeMarker.Phase.BUILDING));
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

  /** One that others use, or on which a file system is mounted, stays. */
  private static void removeEmpty(Path directory) throws IOException {
    boolean mounted =
        !Files.getAttribute(directory, "unix:dev")
            .equals(Files.getAttribute(parent(directory), "unix:dev"));
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

  private static Path parent(Path path) throws IOException {
    Path above = path.getParent();
    if (above == null) {
      throw new IOException(path + " has no directory above it");
    }
    return above;
  }
}
