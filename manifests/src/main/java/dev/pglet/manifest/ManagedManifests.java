package dev.pglet.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A root of the user's manifests, and beside it a directory of pglet's own for resources that have
 * no file there: those that were made by the API while the user's root could not be written. They
 * belong to the user's root all the same. A manifest of the user counts before one of pglet's own,
 * which is removed then.
 */
public final class ManagedManifests implements ManifestSource {
  private static final String READ_ONLY = "Read-only file system";

  private final ManifestSource user;
  private final ManifestSource managed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<ResourceKey> inManaged = new TreeSet<>();

  /**
   * Both together.
   *
   * @param managed a directory that nobody but pglet writes
   */
  public ManagedManifests(ManifestSource user, ManifestSource managed) {
    this.user = user;
    this.managed = managed;
  }

  @Override
  public Path root() {
    return user.root();
  }

  @Override
  public void doubt(List<Rejected> cutOff) {
    user.doubt(cutOff);
  }

  @Override
  public void requireNotCutOff(ResourceKey key) throws ManifestRejected {
    user.requireNotCutOff(key);
  }

  @Override
  public boolean isAccepted(Set<Path> paths) {
    return user.isAccepted(paths);
  }

  @Override
  public Snapshot scan() {
    lock.lock();
    try {
      Snapshot users = user.scan();
      Snapshot own = managed.scan();
      Map<ResourceKey, Manifest> accepted = new HashMap<>(own.accepted());
      users.accepted().keySet().forEach(key -> takeOver(key, accepted));
      inManaged.clear();
      inManaged.addAll(accepted.keySet());
      accepted.putAll(users.accepted());
      return merged(accepted, users, own);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<String> text(Path file) {
    return user.text(file).or(() -> managed.text(file));
  }

  @Override
  public Duration quiet(ResourceKey key) {
    lock.lock();
    try {
      return of(key).quiet(key);
    } finally {
      lock.unlock();
    }
  }

  /** What cannot be removed now does not count either, and is tried again at the next scan. */
  private void takeOver(ResourceKey key, Map<ResourceKey, Manifest> own) {
    if (own.remove(key) != null) {
      try {
        managed.delete(key);
      } catch (IOException | ManifestRejected e) {
        inManaged.remove(key);
      }
    }
  }

  private static Snapshot merged(
      Map<ResourceKey, Manifest> accepted, Snapshot users, Snapshot own) {
    List<Rejected> rejected = new ArrayList<>(users.rejected());
    rejected.addAll(own.rejected());
    Optional<Duration> settleIn =
        Stream.concat(users.settleIn().stream(), own.settleIn().stream()).min(Duration::compareTo);
    String because =
        Stream.of(users.incompleteBecause(), own.incompleteBecause())
            .filter(reason -> !reason.isEmpty())
            .reduce((one, other) -> one + "; " + other)
            .orElse("");
    return new Snapshot(
        accepted,
        rejected,
        users.complete() && own.complete(),
        because,
        settleIn,
        users.origin().map(origin -> origin.and(own.origin().orElse(Origin.NONE))));
  }

  private ManifestSource of(ResourceKey key) {
    return inManaged.contains(key) ? managed : user;
  }

  @Override
  public StatusWrite writeStatus(ResourceKey key, ObjectNode status, VolatileFields unimportant)
      throws IOException, ManifestRejected {
    lock.lock();
    try {
      return of(key).writeStatus(key, status, unimportant);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Manifest read(String document) throws ManifestRejected {
    return user.read(document);
  }

  @Override
  public Written apply(String document) throws IOException, ManifestRejected {
    lock.lock();
    try {
      ResourceKey key = read(document).key();
      if (inManaged.contains(key)) {
        return managed.apply(document);
      }
      try {
        return user.apply(document);
      } catch (IOException e) {
        if (!isUnwritable(e) || user.document(key).isPresent()) {
          throw e;
        }
      }
      Written written = managed.apply(document);
      inManaged.add(written.key());
      return written;
    } finally {
      lock.unlock();
    }
  }

  /** Not for want of space or the like: only where nobody could write for pglet at all. */
  private static boolean isUnwritable(IOException e) {
    Throwable behind = e.getCause() == null ? e : e.getCause();
    return behind instanceof AccessDeniedException
        || (behind instanceof FileSystemException f && READ_ONLY.equals(f.getReason()));
  }

  @Override
  public Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws IOException, ManifestRejected {
    lock.lock();
    try {
      return of(key).patch(key, patch, review);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws IOException, ManifestRejected {
    lock.lock();
    try {
      return of(key).document(key);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected {
    lock.lock();
    try {
      return of(key).replace(key, expected, document);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Written delete(ResourceKey key) throws IOException, ManifestRejected {
    lock.lock();
    try {
      Written written = of(key).delete(key);
      inManaged.remove(key);
      return written;
    } finally {
      lock.unlock();
    }
  }
}
