package dev.pglet.manifest;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whoever writes a manifest acts with the daemon's rights. So a daemon of root obeys only what
 * nobody but root and the owner of the manifest root can write. An ordinary user's daemon gives
 * nobody more than that user's rights, and checks nothing. Immutable.
 */
public final class TrustRule {
  private static final int GROUP_OR_OTHERS_WRITE = 022;
  private static final int STICKY = 01000;
  private static final int ROOT = 0;

  private final boolean checks;

  private TrustRule(boolean checks) {
    this.checks = checks;
  }

  /** The rule for the user that this process runs as. */
  public static TrustRule forThisProcess() throws IOException {
    return FileStamp.of(Path.of("/proc/self/.")).owner() == ROOT ? ofRoot() : ofOrdinaryUser();
  }

  public static TrustRule ofRoot() {
    return new TrustRule(true);
  }

  public static TrustRule ofOrdinaryUser() {
    return new TrustRule(false);
  }

  /**
   * Why a file, directory or link below a root is refused.
   *
   * @param rootOwner the user who owns the manifest root
   */
  public Optional<String> refusal(Path path, FileStamp stamp, int rootOwner) {
    if (!checks) {
      return Optional.empty();
    }
    if (stamp.owner() != ROOT && stamp.owner() != rootOwner) {
      return Optional.of(
          ("belongs to uid %d, and pglet runs as root: it obeys only files of root%s. If you trust"
                  + " its content, run: chown root %s")
              .formatted(
                  stamp.owner(),
                  rootOwner == ROOT
                      ? ""
                      : " and of uid " + rootOwner + ", the manifest root's owner",
                  path));
    }
    if (!stamp.isLink() && (stamp.permissions() & GROUP_OR_OTHERS_WRITE) != 0) {
      return Optional.of(writableByOthers(path, stamp));
    }
    return Optional.empty();
  }

  /**
   * Why a manifest root is refused: itself, or a directory above it in which it can be replaced.
   */
  Optional<String> rootRefusal(Path root) throws IOException {
    if (!checks) {
      return Optional.empty();
    }
    FileStamp stamp = FileStamp.of(root);
    if ((stamp.permissions() & GROUP_OR_OTHERS_WRITE) != 0) {
      return Optional.of(writableByOthers(root, stamp));
    }
    for (Path above = root.getParent(); above != null; above = above.getParent()) {
      FileStamp directory = FileStamp.of(above);
      if (directory.owner() != ROOT && directory.owner() != stamp.owner()) {
        return Optional.of(
            "lies in %s, which belongs to uid %d, who could replace it. Run: chown root %s"
                .formatted(above, directory.owner(), above));
      }
      boolean sticky = (directory.permissions() & STICKY) != 0;
      if (!sticky && (directory.permissions() & GROUP_OR_OTHERS_WRITE) != 0) {
        return Optional.of("lies in " + above + ", which " + writableByOthers(above, directory));
      }
    }
    return Optional.empty();
  }

  private static String writableByOthers(Path path, FileStamp stamp) {
    return ("can be written by others than its owner (mode %04o), and pglet, which runs as root,"
            + " would obey them. Run: chmod go-w %s")
        .formatted(stamp.permissions(), path);
  }
}
