package dev.pglet.manifest.git;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.edit.DelayedTasks;
import dev.pglet.manifest.edit.FileStamp;
import dev.pglet.manifest.edit.FileSwap;
import dev.pglet.manifest.edit.LinuxFileSwap;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A manifest root that may lie in a git repository with pglet's filter. After statuses were written
 * there, git is made to compare those files instead of taking their new sizes for changes, so that
 * {@code git status} is clean and a rebase is not refused. Thread-safe.
 */
public final class GitManifests implements ManifestSource, AutoCloseable {
  /** Long enough for the statuses of one change to come together. */
  static final Duration TOGETHER = Duration.ofMillis(50);

  /** Between two looks while git's index is locked. */
  static final Duration LONGEST = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(GitManifests.class);

  private final ManifestSource manifests;
  private final TrustRule trust;
  private final DelayedTasks delayed;
  private final FileSwap swap = new LinuxFileSwap();
  private final Map<ResourceKey, Path> files = new HashMap<>();
  private final Set<Path> written = new TreeSet<>();
  private boolean scheduled;
  private Duration pause = TOGETHER;
  private String lastProblem = "";

  /**
   * Wraps a root.
   *
   * @param trust whose index a daemon of root may write
   */
  public GitManifests(ManifestSource manifests, TrustRule trust, DelayedTasks delayed) {
    this.manifests = manifests;
    this.trust = trust;
    this.delayed = delayed;
  }

  @Override
  public Path root() {
    return manifests.root();
  }

  /** The first sight of a file counts as a write: an earlier process may have died after one. */
  @Override
  public Snapshot scan() {
    Snapshot snapshot = manifests.scan();
    synchronized (this) {
      files.keySet().retainAll(snapshot.accepted().keySet());
      for (Manifest manifest : snapshot.accepted().values()) {
        Path before = files.put(manifest.key(), manifest.file());
        if (!manifest.file().equals(before)) {
          note(manifest.file());
        }
      }
    }
    return snapshot;
  }

  @Override
  public void doubt(List<Rejected> cutOff) {
    manifests.doubt(cutOff);
  }

  @Override
  public void requireNotCutOff(ResourceKey key) throws ManifestRejected {
    manifests.requireNotCutOff(key);
  }

  @Override
  public boolean isAccepted(Set<Path> paths) {
    return manifests.isAccepted(paths);
  }

  @Override
  public Duration quiet(ResourceKey key) {
    return manifests.quiet(key);
  }

  @Override
  public Optional<String> text(Path file) {
    return manifests.text(file);
  }

  @Override
  public StatusWrite writeStatus(ResourceKey key, ObjectNode status, VolatileFields unimportant)
      throws IOException, ManifestRejected {
    StatusWrite result = manifests.writeStatus(key, status, unimportant);
    if (result == StatusWrite.WRITTEN) {
      synchronized (this) {
        Optional.ofNullable(files.get(key)).ifPresent(this::note);
      }
    }
    return result;
  }

  @Override
  public Manifest read(String document) throws ManifestRejected {
    return manifests.read(document);
  }

  @Override
  public Written apply(String document) throws IOException, ManifestRejected {
    return noted(manifests.apply(document));
  }

  @Override
  public Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws IOException, ManifestRejected {
    return noted(manifests.patch(key, patch, review));
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws IOException, ManifestRejected {
    return manifests.document(key);
  }

  @Override
  public Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected {
    return manifests.replace(key, expected, document).map(this::noted);
  }

  @Override
  public Written delete(ResourceKey key) throws IOException, ManifestRejected {
    return noted(manifests.delete(key));
  }

  private synchronized Written noted(Written write) {
    note(write.file());
    return write;
  }

  private void note(Path file) {
    written.add(file);
    schedule(TOGETHER);
  }

  private void schedule(Duration after) {
    if (!scheduled) {
      scheduled = true;
      delayed.runAfter(after, this::refresh);
    }
  }

  private synchronized void refresh() {
    scheduled = false;
    List<Path> batch = List.copyOf(written);
    written.clear();
    try {
      if (renewed(batch) == GitRepository.Attempt.BUSY) {
        tryAgain(batch);
      } else {
        pause = TOGETHER;
        lastProblem = "";
      }
    } catch (IOException e) {
      tell(e);
    }
  }

  /** A commit may be open in an editor for hours, and a git that was killed leaves its lock. */
  private void tryAgain(List<Path> batch) throws IOException {
    pause = pause.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : pause.multipliedBy(2);
    written.addAll(batch);
    schedule(pause);
    if (pause.equals(LONGEST)) {
      Path lock = GitRepository.of(root()).map(GitRepository::lock).orElse(Path.of("index.lock"));
      tell(
          new IOException(
              lock + " has been there for a while; when no git command is running, remove it"));
    }
  }

  private GitRepository.Attempt renewed(List<Path> batch) throws IOException {
    Optional<GitRepository> repository = GitRepository.of(root());
    if (repository.isEmpty() || !repository.get().hasFilter()) {
      return GitRepository.Attempt.DONE;
    }
    Set<Path> real = new TreeSet<>();
    for (Path file : batch) {
      try {
        real.add(file.toRealPath());
      } catch (IOException e) {
        LOG.atDebug().addKeyValue("file", file).log("a file is gone before git was told of it");
      }
    }
    return repository.get().renew(real, swap, trust, FileStamp.of(root()).owner());
  }

  private void tell(IOException e) {
    String problem = String.valueOf(e.getMessage());
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.atWarn()
          .addKeyValue("manifests", root())
          .addKeyValue("because", problem)
          .log(
              "git's index cannot be refreshed: git status may show files as modified of which"
                  + " only the status has changed, until git add --renormalize is run");
    }
  }

  /** What was written last is seen to before the process ends. */
  @Override
  public synchronized void close() {
    if (!written.isEmpty()) {
      refresh();
    }
  }
}
