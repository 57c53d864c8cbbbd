package dev.pglet.manifest;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the manifest files below a root, opening none of them. Used once. */
final class Listing {
  private final Path root;
  private final int rootOwner;
  private final TrustRule trust;
  private final Set<Path> mounts;
  private final Leftovers leftovers;
  private final Map<Path, Path> found = new LinkedHashMap<>();
  private final List<Path> links = new ArrayList<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private final Set<Path> walked = new HashSet<>();
  private boolean whole = true;

  private Listing(
      Path root, int rootOwner, TrustRule trust, Set<Path> mounts, Leftovers leftovers) {
    this.root = root;
    this.rootOwner = rootOwner;
    this.trust = trust;
    this.mounts = mounts;
    this.leftovers = leftovers;
  }

  /** What to do with a hidden file, which a pglet that was killed may have left. */
  @FunctionalInterface
  interface Leftovers {
    void clear(Path file) throws IOException;
  }

  /**
   * What is there.
   *
   * @param files by their paths, in order: the real path
   * @param rejected what looks like a manifest but cannot be one, and unusable directories
   * @param whole whether every directory was read
   */
  record Found(Map<Path, Path> files, List<Rejected> rejected, boolean whole) {}

  /**
   * Lists a root.
   *
   * @param root a real path
   * @param mounts where below it something is mounted, which is not read
   * @throws IOException when the root itself cannot be read
   */
  static Found of(Path root, int rootOwner, TrustRule trust, Set<Path> mounts, Leftovers leftovers)
      throws IOException {
    Listing listing = new Listing(root, rootOwner, trust, mounts, leftovers);
    listing.walk(root);
    // Files first: a link to one of them is not a second manifest.
    for (int i = 0; i < listing.links.size(); i++) {
      listing.follow(listing.links.get(i));
    }
    return new Found(listing.found, listing.rejected, listing.whole);
  }

  private void walk(Path directory) throws IOException {
    if (!walked.add(directory)) {
      return;
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(Comparator.naturalOrder());
    for (Path entry : entries) {
      try {
        classify(entry);
      } catch (NoSuchFileException e) {
        // Gone since the directory was read.
      }
    }
  }

  private void classify(Path entry) throws IOException {
    String name = String.valueOf(entry.getFileName());
    if (name.startsWith(".")) {
      clearLeftover(entry);
      return;
    }
    if (mounts.contains(entry)) {
      rejectMount(entry); // a look at what a dead server has exported waits for ever
      return;
    }
    FileStamp stamp = FileStamp.of(entry);
    if (stamp.isLink()) {
      links.add(entry);
    } else if (stamp.isDirectory() && !isManifestName(name)) {
      walkTrusted(entry, stamp);
    } else if (isManifestName(name)) {
      Optional<String> refusal =
          stamp.isRegularFile()
              ? trust.refusal(entry, stamp, rootOwner)
              : Optional.of(
                  "is no regular file but %s; rename or remove it".formatted(kind(stamp)));
      refusal.ifPresentOrElse(message -> reject(entry, message), () -> found.put(entry, entry));
    }
  }

  /** Unmounted it is an empty directory, as if all manifests in it had been deleted. */
  private void rejectMount(Path entry) {
    whole = false;
    reject(
        entry,
        "has a file system of its own, so it is not read: unmounted, it could not be told from one"
            + " whose manifests were deleted. Put its manifests into the root's own file system, or"
            + " give it a pglet of its own");
  }

  private void walkTrusted(Path directory, FileStamp stamp) {
    Optional<String> refusal = trust.refusal(directory, stamp, rootOwner);
    if (refusal.isPresent()) {
      whole = false;
      reject(directory, refusal.get());
      return;
    }
    try {
      walk(directory);
    } catch (NoSuchFileException e) {
      // Gone since its parent was read.
    } catch (IOException e) {
      whole = false;
      reject(directory, unreadable(e, "u+rx", directory));
    }
  }

  private void follow(Path link) throws IOException {
    String name = String.valueOf(link.getFileName());
    Path real;
    try {
      real = link.toRealPath();
    } catch (IOException e) {
      // It may have led to a directory with manifests, which nobody has deleted.
      whole &= isManifestName(name);
      reject(link, "is a symbolic link that leads nowhere; correct or remove it");
      return;
    }
    FileStamp target = FileStamp.of(real);
    if (!isManifestName(name) && !target.isDirectory()) {
      return;
    }
    if (!real.startsWith(root)) {
      whole &= !target.isDirectory();
      reject(
          link,
          "is a symbolic link to %s, outside the manifest root %s; copy it inside"
              .formatted(real, root));
      return;
    }
    Optional<String> refusal = refusalOnTheWay(link, real);
    if (isMounted(real)) {
      rejectMount(link);
    } else if (refusal.isPresent()) {
      whole &= !target.isDirectory();
      reject(link, refusal.get());
    } else if (target.isDirectory() && !isManifestName(name)) {
      walkTrusted(real, target);
    } else if (!target.isRegularFile()) {
      reject(
          link,
          "leads to %s, which is no regular file but %s; correct or remove the link"
              .formatted(real, kind(target)));
    } else if (!found.containsValue(real)) {
      found.put(link, real);
    }
  }

  private Optional<String> refusalOnTheWay(Path link, Path real) throws IOException {
    Optional<String> refusal = trust.refusal(link, FileStamp.of(link), rootOwner);
    for (Path path = real;
        refusal.isEmpty() && path != null && !path.equals(root);
        path = path.getParent()) {
      Path step = path;
      refusal =
          trust
              .refusal(step, FileStamp.of(step), rootOwner)
              .map(message -> "leads to " + step + ", which " + message);
    }
    return refusal;
  }

  private boolean isMounted(Path real) {
    return mounts.stream().anyMatch(real::startsWith);
  }

  private void clearLeftover(Path file) {
    try {
      leftovers.clear(file);
    } catch (IOException e) {
      reject(
          file,
          "was left by a pglet that was killed, and cannot be cleared away (%s); look at it and"
                  .formatted(e.getMessage())
              + " delete it");
    }
  }

  private void reject(Path path, String message) {
    rejected.add(new Rejected(path, List.of(new Problem(path, 0, 0, "", message)), Set.of()));
  }

  static String unreadable(IOException e, String mode, Path path) {
    return e instanceof AccessDeniedException
        ? "cannot be read; run: chmod %s %s".formatted(mode, path)
        : "cannot be read: " + e;
  }

  /** Editors' and backup files, such as {@code a.yaml~} and {@code a.yaml.swp}, end differently. */
  static boolean isManifestName(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static String kind(FileStamp stamp) {
    return switch (stamp.mode() & 0170000) {
      case 0040000 -> "a directory";
      case 0010000 -> "a named pipe";
      case 0140000 -> "a socket";
      default -> "a device";
    };
  }
}
