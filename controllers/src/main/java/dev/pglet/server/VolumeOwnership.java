package dev.pglet.server;

import dev.pglet.host.account.Reachability;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where the files of a volume are, and whose when servers run as another account than this process:
 * only the data directory is the account's. Log, lock and configurations are root's, in directories
 * that the account cannot write to, so that root never meets there what the account has put in
 * their place. Stateless.
 */
final class VolumeOwnership {
  private static final String LOG_MODE = "rwx------";

  /** The server reads its configuration itself. */
  static final String CONFIGURATION_MODE = "rwxr-x---";

  /** Closed to the account already, but not yet checked inside. */
  private static final String IN_WORK = "rwx--x--x";

  private final ServerAccount account;

  VolumeOwnership(ServerAccount account) {
    this.account = account;
  }

  /**
   * Whether the volume is as {@link #secure} leaves it.
   *
   * @throws Refused when it is another account's: then it is nothing to take over
   */
  boolean secured(Volume volume) throws ReconcileException {
    try {
      requireOfAccount(volume);
      return (!account.switching() || ownersRight(volume))
          && !RememberedConfigurations.adoptable(volume);
    } catch (IOException e) {
      throw FileFailure.of("looking at the files of " + volume.directory(), e);
    }
  }

  private boolean ownersRight(Volume volume) throws IOException {
    return Ownership.isOurs(volume.directory(), account, Volume.MODE)
        && (!hasTree(volume) || Ownership.isOurs(volume.beside(), account, Volume.MODE))
        && oursOrAbsent(ServerHost.logs(volume), LOG_MODE)
        && oursOrAbsent(ServerHost.configurations(volume), CONFIGURATION_MODE)
        && oursOrAbsent(RememberedConfigurations.lastGoodIn(volume), CONFIGURATION_MODE)
        && onlyRootWrites(ServerHost.log(volume))
        && onlyRootWrites(ServerHost.lock(volume));
  }

  /**
   * Takes over what an earlier pglet made, or somebody has changed. Running servers go on: they
   * keep what they have open. Idempotent.
   *
   * @throws Refused when something is there that pglet does not make, such as a symbolic link
   */
  void secure(Volume volume) throws ReconcileException {
    if (secured(volume)) {
      return;
    }
    try {
      if (account.switching()) {
        take(volume);
      }
      new RememberedConfigurations(volume, account).adopt();
    } catch (IOException e) {
      throw FileFailure.of("taking over the files of " + volume.directory(), e);
    }
  }

  /**
   * What is above is closed before what is below is looked at: from then on the account can
   * exchange nothing there, and what it did before is seen.
   */
  private void take(Volume volume) throws IOException, Refused {
    Reachability.requireClosed(volume.pool(), account);
    Path above = volume.elsewhere().map(Path::getParent).orElse(null);
    if (above != null) {
      Reachability.requireClosed(above, account);
    }
    Ownership.ours(volume.directory(), account, IN_WORK);
    requireOfAccount(volume);
    if (hasTree(volume)) {
      requireDirectory(volume.beside());
      Ownership.ours(volume.beside(), account, IN_WORK);
    }
    requireDirectory(volume.data());
    keepFiles(ServerHost.logs(volume), LOG_MODE);
    if (exists(ServerHost.lock(volume))) {
      requireOnlyName(ServerHost.lock(volume));
      Ownership.keep(ServerHost.lock(volume), account);
    }
    takeConfigurations(ServerHost.configurations(volume));
    takeConfigurations(RememberedConfigurations.lastGoodIn(volume));
    if (hasTree(volume)) {
      Ownership.ours(volume.beside(), account, Volume.MODE);
    }
    Ownership.ours(volume.directory(), account, Volume.MODE);
  }

  /**
   * A pglet that was started with another account, or by root on a user's data root, must not give
   * away what servers of that account or user live by.
   */
  private void requireOfAccount(Volume volume) throws IOException, Refused {
    if (!account.switching()) {
      return;
    }
    if (exists(volume.directory()) && uid(volume.directory()) != 0) {
      requireOfAccount(volume.directory(), volume);
    }
    if (exists(volume.data())) {
      requireOfAccount(volume.data(), volume);
    }
  }

  private void requireOfAccount(Path path, Volume volume) throws IOException, Refused {
    if (uid(path) == account.uid()) {
      return;
    }
    String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    throw new Refused(
        "AnotherAccount",
        "%s belongs to the account %s, and its server runs as the account %s: it is left as it is"
            .formatted(path, owner, account.name()),
        uid(path) == 0
            ? "Give it to the account that is to run it: chown -R %s: %s"
                .formatted(account.name(), path)
            : remedy(path, volume, owner));
  }

  /** An account that a manifest has named is the same whatever pglet is started with. */
  private String remedy(Path path, Volume volume, String owner) {
    return RunAs.name(volume.marker()).isPresent()
        ? "See who has given it to %s, and if what is in it is still the server's give it back: chown -hR %s: %s"
            .formatted(owner, account.name(), path)
        : "Start pglet with --account %s, or as that user; or choose another place with --data-root"
            .formatted(owner);
  }

  /** Whether the data lies in a file system of its own in the volume. */
  private static boolean hasTree(Volume volume) {
    return volume.elsewhere().isEmpty() && volume.isApart() && exists(volume.beside());
  }

  private boolean oursOrAbsent(Path directory, String mode) throws IOException {
    return !exists(directory) || Ownership.isOurs(directory, account, mode);
  }

  private static boolean onlyRootWrites(Path file) throws IOException {
    try {
      int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      int uid = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      return uid == 0 && (mode & 0022) == 0;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private void keepFiles(Path directory, String mode) throws IOException, Refused {
    if (!exists(directory)) {
      return;
    }
    requireDirectory(directory);
    Ownership.ours(directory, account, mode);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        requireOnlyName(entry);
        Ownership.keep(entry, account);
      }
    }
  }

  /**
   * Whoever could write a file may still have it open, whosever it becomes: so what the account
   * wrote is written anew.
   */
  private void takeConfigurations(Path directory) throws IOException, Refused {
    if (!exists(directory)) {
      return;
    }
    requireDirectory(directory);
    Ownership.ours(directory, account, CONFIGURATION_MODE);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          takeConfiguration(directory, entry);
        }
      }
    }
  }

  private void takeConfiguration(Path directory, Path file) throws IOException, Refused {
    String name = file.getFileName().toString();
    if (name.startsWith(".")) {
      // Half of a file, or a link, that was not yet put in its place.
      Files.deleteIfExists(file);
      return;
    }
    requireOnlyName(file);
    if (uid(file) == account.uid()) {
      String text = RegularFiles.text(directory, name, RememberedConfigurations.LONGEST);
      DurableFile.write(file, text, account);
    } else if (!Ownership.isReadable(file, account)) {
      throw new Refused(
          "VolumeAltered",
          "%s is neither the account %s's nor as pglet writes it, so what is in it may not be meant for that account"
              .formatted(file, account.name()),
          "Move it away, or if it belongs there run: chown root:%1$s %2$s && chmod 640 %2$s"
              .formatted(account.name(), file));
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static void requireDirectory(Path path) throws Refused {
    if (exists(path) && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(path, "is no directory");
    }
  }

  /** A second name may be one that the account gave to somebody else's file. */
  private static void requireOnlyName(Path file) throws IOException, Refused {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(file, "is no regular file");
    }
    int names = (Integer) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    if (names != 1) {
      throw refused(file, "has %d names (hard links)".formatted(names));
    }
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  private static Refused refused(Path path, String what) {
    return new Refused(
        "VolumeAltered",
        "%s %s, which pglet does not make: what it stands for is not touched".formatted(path, what),
        "See who put it there, and move it away; pglet then goes on by itself");
  }
}
