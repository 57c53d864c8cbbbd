package dev.pglet.server.place;

import dev.pglet.host.file.DurableFile;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A symbolic link beside data that is taken over, to the volume that takes it: pglets of other data
 * roots see nothing else of it before there is a configuration in the data. It is made in one act
 * that only one of them can do. Stateless.
 */
public final class AdoptionClaim {
  private AdoptionClaim() {}

  static Path file(Path data) {
    return data.resolveSibling(".pglet-of-" + data.getFileName());
  }

  /**
   * Claims the data of the volume; does nothing when that is done.
   *
   * @throws InvalidSpec when it is another volume's
   */
  public static void take(Volume volume) throws IOException, InvalidSpec {
    Path file = file(volume.data());
    try {
      Files.createSymbolicLink(file, volume.directory());
      DurableFile.syncParent(file);
    } catch (FileAlreadyExistsException e) {
      refuseOther(Places.field(Places.DATA_FACT), volume.data(), Optional.of(volume.directory()));
    }
  }

  /** Gives the data up; another volume's claim stays. */
  static void release(Volume volume) throws IOException {
    Path file = file(volume.data());
    if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).equals(volume.directory())) {
      Files.deleteIfExists(file);
      DurableFile.syncParent(file);
    }
  }

  /**
   * Requires that nobody else has claimed the data.
   *
   * @param own the directory of the volume that may have; empty while there is none
   */
  static void refuseOther(String field, Path data, Optional<Path> own)
      throws IOException, InvalidSpec {
    Path file = file(data);
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path volume = Files.isSymbolicLink(file) ? Files.readSymbolicLink(file) : file;
    if (!own.equals(Optional.of(volume))) {
      throw new InvalidSpec(
          "DirectoryTaken",
          field,
          "%s says that %s is the data of a pglet already, of its volume %s"
              .formatted(file, data, volume),
          "Go on with the data root that it is of; if that is gone for good: rm " + file);
    }
  }
}
