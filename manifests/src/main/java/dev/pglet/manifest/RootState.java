package dev.pglet.manifest;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether the root is the directory that it was. What is not seen in a root that is missing,
 * unreadable, replaced or suddenly empty has not been deleted by anybody. Guarded by the lock of
 * {@link ManifestDirectory}.
 */
final class RootState {
  private final Path root;
  private final TrustRule trust;
  private @Nullable FileStamp first;
  private boolean hadFiles;
  private boolean replaced;

  /** What was in force when the root was replaced, and has not been seen since. */
  private final Set<ResourceKey> awaited = new TreeSet<>();

  RootState(Path root, TrustRule trust) {
    this.root = root;
    this.trust = trust;
  }

  /** The root cannot be used at all. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /**
   * Looks at the root.
   *
   * @param inForce what is in force, to be awaited should the root have been replaced
   */
  FileStamp look(Collection<ResourceKey> inForce) throws Unusable {
    try {
      if (!root.toRealPath().equals(root)) {
        throw new Unusable(
            "%s now leads to %s; give pglet that directory instead"
                .formatted(root, root.toRealPath()));
      }
      FileStamp now = FileStamp.of(root);
      if (!now.isDirectory()) {
        throw new Unusable(root + " is no directory; move it away and make a directory there");
      }
      Optional<String> refusal = trust.rootRefusal(root);
      if (refusal.isPresent()) {
        throw new Unusable(root + " " + refusal.get());
      }
      if (first != null && !now.isSameFile(first)) {
        replaced = true;
        awaited.addAll(inForce);
      }
      first = now;
      return now;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The reason why nothing may be taken for deleted; empty when the root is as it was. */
  Optional<String> doubt(int files, Set<ResourceKey> seen) {
    awaited.removeAll(seen);
    replaced &= !awaited.isEmpty();
    if (files == 0 && hadFiles) {
      return Optional.of(
          ("%s is suddenly empty, so nothing is taken for deleted; put the manifests back, or"
                  + " delete a resource with: pglet delete KIND/NAME")
              .formatted(root));
    }
    hadFiles = files > 0;
    if (replaced) {
      return Optional.of(
          ("%s was replaced by another directory, which lacks %s; put the manifests back, delete"
                  + " with: pglet delete KIND/NAME, or restart pglet to take the new directory as it"
                  + " is")
              .formatted(root, list(awaited)));
    }
    return Optional.empty();
  }

  /** pglet itself was told to delete it, so its absence is no riddle. */
  void deleted(ResourceKey key, boolean anyFileLeft) {
    awaited.remove(key);
    hadFiles &= anyFileLeft;
  }

  Unusable unreadable(IOException e) {
    return switch (e) {
      case NoSuchFileException _ ->
          new Unusable("%s does not exist; run: mkdir -p %s".formatted(root, root));
      case AccessDeniedException _ ->
          new Unusable("%s cannot be read; run: chmod u+rx %s".formatted(root, root));
      case NotDirectoryException _ ->
          new Unusable(root + " is no directory; move it away and make a directory there");
      default -> new Unusable(root + " cannot be read: " + e);
    };
  }

  private static String list(Set<ResourceKey> keys) {
    String first = String.join(", ", keys.stream().limit(3).map(ResourceKey::toString).toList());
    return keys.size() <= 3 ? first : first + " and " + (keys.size() - 3) + " more";
  }
}
