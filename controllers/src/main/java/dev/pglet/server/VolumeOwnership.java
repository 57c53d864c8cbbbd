package dev.pglet.server;

import dev.pglet.host.account.Reachability;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.HostUnavailable;
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

  /** Whether the volume is as {@link #secure} leaves it. */
  boolean secured(Volume volume) throws HostUnavailable {
    try {
      return (!account.switching() || ownersRight(volume))
          && !RememberedConfigurations.adoptable(volume);
    } catch (IOException e) {
      throw FileFailure.of("looking at the files of " + volume.directory(), e);
    }
  }

  private boolean ownersRight(Volume volume) throws IOException {
    return Ownership.isOurs(volume.directory(), account, Volume.MODE)
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

  private void take(Volume volume) throws IOException, Refused {
    Reachability.requireClosed(volume.pool(), account);
    // From here on the account can exchange nothing in it; what it did before is looked at.
    Ownership.ours(volume.directory(), account, IN_WORK);
    requireDirectory(volume.data());
    keepFiles(ServerHost.logs(volume), LOG_MODE);
    if (exists(ServerHost.lock(volume))) {
      requireOnlyName(ServerHost.lock(volume));
      Ownership.keep(ServerHost.lock(volume), account);
    }
    letRead(RememberedConfigurations.lastGoodIn(volume));
    letRead(ServerHost.configurations(volume));
    Ownership.ours(volume.directory(), account, Volume.MODE);
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

  private void letRead(Path directory) throws IOException, Refused {
    if (!exists(directory)) {
      return;
    }
    requireDirectory(directory);
    Ownership.ours(directory, account, CONFIGURATION_MODE);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          requireOnlyName(entry);
          Ownership.letRead(entry, account);
        }
      }
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

  private static Refused refused(Path path, String what) {
    return new Refused(
        "VolumeAltered",
        "%s %s, which pglet does not make: what it stands for is not touched".formatted(path, what),
        "See who put it there, and move it away; pglet then goes on by itself");
  }
}
