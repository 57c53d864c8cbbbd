package dev.pglet.manifest.git;

import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.edit.FileStamp;
import dev.pglet.manifest.edit.FileSwap;
import dev.pglet.manifest.edit.LinuxFileSwap;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The repository that a directory lies in: a clone, a linked work tree or a submodule.
 *
 * @param workTree the real path of its top directory
 * @param gitDirectory where this work tree's index lies
 * @param common where what all work trees share lies, such as {@code config}
 */
public record GitRepository(Path workTree, Path gitDirectory, Path common) {
  /** A larger index, of some 100,000 files, would not fit the daemon's small heap. */
  private static final long LARGEST_INDEX = 16L << 20;

  private static final Pattern FILTER = Pattern.compile("(?m)^\\s*\\[filter \"pglet\"]");
  private static final Pattern SHA256 =
      Pattern.compile("(?mi)^\\s*objectformat\\s*=\\s*\"?sha256\"?\\s*$");

  /** What became of an attempt to write the index. */
  enum Attempt {
    DONE,
    /** Somebody else is writing it: try again. */
    BUSY
  }

  /** Looks upwards from a directory, as git does. */
  public static Optional<GitRepository> of(Path directory) throws IOException {
    for (Path top = directory.toRealPath(); top != null; top = top.getParent()) {
      Path dot = top.resolve(".git");
      if (Files.isDirectory(dot) && Files.isRegularFile(dot.resolve("HEAD"))) {
        return Optional.of(new GitRepository(top, dot, dot));
      }
      if (Files.isRegularFile(dot)) {
        Path linked = pointer(dot, "gitdir: ");
        Path commonFile = linked.resolve("commondir");
        return Optional.of(
            new GitRepository(
                top, linked, Files.exists(commonFile) ? pointer(commonFile, "") : linked));
      }
    }
    return Optional.empty();
  }

  private static Path pointer(Path file, String prefix) throws IOException {
    String text = Files.readString(file).stripTrailing();
    if (!text.startsWith(prefix)) {
      throw new IOException(file + " does not begin with \"" + prefix + "\"");
    }
    return file.resolveSibling(text.substring(prefix.length())).normalize();
  }

  /** Whether {@code pglet git setup} was run in this clone. */
  public boolean hasFilter() throws IOException {
    return FILTER.matcher(config()).find();
  }

  private String config() throws IOException {
    try {
      return Files.readString(common.resolve("config"));
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /**
   * Makes git look at files again that it would take for modified without looking: see {@link
   * GitIndex}. The index is replaced under git's own lock, which is held for two renames only, so
   * that no git command of the user meets it.
   *
   * @param files real paths
   * @throws IOException when the index cannot be read or written, or is not to be trusted
   */
  Attempt renew(Collection<Path> files, FileSwap swap, TrustRule trust, int rootOwner)
      throws IOException {
    return renew(stamps(files), false, swap, trust, rootOwner);
  }

  /**
   * Makes git look at files again, whatever it knows of them: the filter has changed.
   *
   * @return false when another git command was at work, and nothing was done
   */
  public boolean lookAgain(Collection<Path> files, TrustRule trust) throws IOException {
    int owner = FileStamp.of(workTree).owner();
    return renew(stamps(files), true, new LinuxFileSwap(), trust, owner) == Attempt.DONE;
  }

  private Attempt renew(
      Map<String, FileStamp> stamps, boolean always, FileSwap swap, TrustRule trust, int rootOwner)
      throws IOException {
    Path index = gitDirectory.resolve("index");
    FileStamp before;
    try {
      before = FileStamp.of(index);
    } catch (NoSuchFileException e) {
      return Attempt.DONE; // nothing has ever been added
    }
    requireTrusted(index, before, trust, rootOwner);
    if (Files.exists(lock(), LinkOption.NOFOLLOW_LINKS)) {
      return Attempt.BUSY; // nothing of what follows would be of use
    }
    byte[] bytes = Files.readAllBytes(index);
    Collection<FileStamp> renewed = GitIndex.renew(bytes, SHA256.matcher(config()).find(), stamps);
    if (always) {
      renewed = stamps.values();
    }
    if (renewed.isEmpty()) {
      return Attempt.DONE;
    }
    Instant oldest =
        Stream.concat(renewed.stream(), Stream.of(before))
            .map(FileStamp::modified)
            .min(Comparator.naturalOrder())
            .orElseThrow();
    Path temp = Files.createTempFile(gitDirectory, "index-pglet-", ".tmp");
    try {
      Files.write(temp, bytes);
      copyOwnerAndMode(before, temp);
      Files.setLastModifiedTime(temp, FileTime.from(oldest));
      return swapIn(temp, index, before, swap);
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  /** What git and everybody else who writes the index creates first. */
  Path lock() {
    return gitDirectory.resolve("index.lock");
  }

  private Attempt swapIn(Path temp, Path index, FileStamp before, FileSwap swap)
      throws IOException {
    Path lock = lock();
    try {
      if (!swap.renameToFree(temp, lock)) {
        Files.createLink(lock, temp);
      }
    } catch (FileAlreadyExistsException e) {
      return Attempt.BUSY;
    }
    boolean replaced = false;
    try {
      if (FileStamp.of(index).equals(before)) {
        Files.move(lock, index, StandardCopyOption.ATOMIC_MOVE);
        replaced = true;
      }
    } finally {
      if (!replaced) {
        Files.deleteIfExists(lock);
      }
    }
    return replaced ? Attempt.DONE : Attempt.BUSY;
  }

  private Map<String, FileStamp> stamps(Collection<Path> files) throws IOException {
    Map<String, FileStamp> stamps = new HashMap<>();
    for (Path file : files) {
      if (file.startsWith(workTree)) {
        try {
          FileStamp stamp = FileStamp.of(file);
          if (stamp.isRegularFile()) {
            stamps.put(workTree.relativize(file).toString(), stamp);
          }
        } catch (NoSuchFileException e) {
          // Deleted meanwhile, and git shall say so.
        }
      }
    }
    return stamps;
  }

  private void requireTrusted(Path index, FileStamp stamp, TrustRule trust, int rootOwner)
      throws IOException {
    Optional<String> refusal = trust.refusal(index, stamp, rootOwner);
    if (refusal.isEmpty()) {
      Path directory = gitDirectory.toRealPath();
      refusal = trust.refusal(directory, FileStamp.of(directory), rootOwner);
    }
    if (refusal.isEmpty() && !stamp.isRegularFile()) {
      refusal = Optional.of("is no regular file");
    }
    if (refusal.isEmpty() && stamp.size() > LARGEST_INDEX) {
      refusal =
          Optional.of("is larger than 16 MiB; keep the manifests in a repository of their own");
    }
    if (refusal.isPresent()) {
      throw new IOException(refusal.get());
    }
  }

  private static void copyOwnerAndMode(FileStamp before, Path temp) throws IOException {
    FileStamp now = FileStamp.of(temp);
    if (now.owner() != before.owner() || now.group() != before.group()) {
      Files.setAttribute(temp, "unix:uid", before.owner());
      Files.setAttribute(temp, "unix:gid", before.group());
    }
    Files.setAttribute(temp, "unix:mode", before.permissions());
  }
}
