package dev.pglet.manifest;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the root can be used as it is now, and which directory it is.
 *
 * @param given as it was named, which may lead to the root by symbolic links
 * @param root the real path that it had when it was opened
 */
record RootState(Path given, Path root, TrustRule trust) {
  /** The root cannot be used at all. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /** A root that can be used. */
  record Usable(int owner, Origin origin) {}

  Usable look() throws Unusable {
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
      requireStillNamed();
      return new Usable(now.owner(), Origin.of(root));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** What somebody has turned away from is not obeyed any more. */
  private void requireStillNamed() throws Unusable, AccessDeniedException {
    String leads;
    try {
      Path now = given.equals(root) ? root : given.toRealPath();
      if (now.equals(root)) {
        return;
      }
      leads = "to " + now;
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      leads = "nowhere";
    }
    throw new Unusable(
        "%s led to %s when pglet was started, and leads %s now; point it back, or restart pglet to"
                .formatted(given, root, leads)
            + " follow it, where pglet adopt takes over what the former directory had");
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
}
