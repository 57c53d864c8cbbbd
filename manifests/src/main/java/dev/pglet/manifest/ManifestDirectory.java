package dev.pglet.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.AtomicFile;
import dev.pglet.manifest.edit.DelayedTasks;
import dev.pglet.manifest.edit.FileSwap;
import dev.pglet.manifest.edit.LinuxFileSwap;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A directory of manifests, read again at each scan. What one scan has accepted stays in force
 * until another says otherwise: a file that is broken, half-written or out of reach changes
 * nothing.
 */
public final class ManifestDirectory implements ManifestSource {
  /** How long a file may be away, and longer as long as not all can be read. */
  private static final Duration AWAY = Duration.ofMinutes(10);

  /** As many as a checkout may move. */
  private static final int MOST_AWAY = 10_000;

  private final Path root;
  private final InstantSource clock;
  private final TrustRule trust;
  private final ManifestReader reader;
  private final AtomicFile atomic;
  private final RootState state;
  private final ManifestWriter writer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Path, SettlingFile> files = new TreeMap<>();

  /** Files that are not where they were, the last to go last: each may come up elsewhere. */
  private final Map<FileIdentity, Departed> departed = new LinkedHashMap<>();

  private Map<ResourceKey, Manifest> inForce = new HashMap<>();

  /** What a broken write has left: whatever is written there hides that something is missing. */
  private List<Rejected> cutOff = List.of();

  /** The same by what is remembered of files beyond this process. */
  private List<Rejected> doubted = List.of();

  /**
   * Opens a directory, which need not exist yet.
   *
   * @param delayed looks after displaced files for two seconds; {@code (delay, task) ->
   *     scheduler.schedule(delay, task)}
   */
  public ManifestDirectory(
      Path root, KindRegistry kinds, InstantSource clock, TrustRule trust, DelayedTasks delayed) {
    this(root, kinds, clock, trust, delayed, new LinuxFileSwap());
  }

  ManifestDirectory(
      Path root,
      KindRegistry kinds,
      InstantSource clock,
      TrustRule trust,
      DelayedTasks delayed,
      FileSwap swap) {
    this.root = realPath(root);
    this.clock = clock;
    this.trust = trust;
    this.reader = new ManifestReader(kinds);
    this.atomic = new AtomicFile(swap, delayed, clock);
    this.state = new RootState(root.toAbsolutePath().normalize(), this.root, trust);
    this.writer = new ManifestWriter(this.root, reader, atomic);
  }

  private static Path realPath(Path root) {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      return root.toAbsolutePath().normalize();
    }
  }

  @Override
  public Path root() {
    return root;
  }

  @Override
  public Snapshot scan() {
    lock.lock();
    try {
      return read();
    } catch (RootState.Unusable e) {
      String message = String.valueOf(e.getMessage());
      // Nothing of the root can be obeyed, which is as wrong as a file that cannot be.
      Problem problem =
          new Problem(root, 0, 0, "", message.replaceFirst("^" + Pattern.quote(root + " "), ""));
      return new Snapshot(
          inForce,
          List.of(new Rejected(root, List.of(problem), Set.of())),
          false,
          message,
          Optional.empty(),
          Optional.empty());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isAccepted(Set<Path> paths) {
    lock.lock();
    try {
      return paths.stream()
          .allMatch(
              path ->
                  Optional.ofNullable(files.get(path)).map(SettlingFile::isAccepted).orElse(false));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<String> text(Path file) {
    lock.lock();
    try {
      return Optional.ofNullable(files.get(file))
          .flatMap(SettlingFile::acceptedBytes)
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Duration quiet(ResourceKey key) {
    lock.lock();
    try {
      Manifest manifest = inForce.get(key);
      SettlingFile file = manifest == null ? null : files.get(manifest.file());
      if (file == null) {
        return Duration.ZERO;
      }
      Instant now = clock.instant();
      file.look(now);
      // What was accepted just now may say something else than what is in force.
      return file.content().manifests().contains(manifest) ? file.quiet(now) : Duration.ZERO;
    } catch (NoSuchFileException e) {
      return Duration.ZERO;
    } finally {
      lock.unlock();
    }
  }

  private Snapshot read() throws RootState.Unusable {
    RootState.Usable usable = state.look();
    Listing.Found found = list(usable);
    lookAtAll(found);
    Set<Path> unreadable =
        found.rejected().stream().map(Rejected::file).collect(Collectors.toSet());
    Claims.Outcome outcome = Claims.decide(files.values(), unreadable, inForce, !found.whole());
    inForce = new HashMap<>(outcome.accepted());
    cutOff = outcome.cutOff();
    List<Rejected> rejected = new ArrayList<>(found.rejected());
    rejected.addAll(outcome.rejected());
    return snapshot(rejected, usable.origin());
  }

  private Listing.Found list(RootState.Usable usable) throws RootState.Unusable {
    try {
      return Listing.of(
          root, usable.owner(), trust, MountPoints.below(root), atomic::clearLeftover);
    } catch (IOException e) {
      throw state.unreadable(e);
    }
  }

  /** What was known of a file, by each of its paths, that is gone since then. */
  private record Departed(List<SettlingFile> files, Instant since) {}

  private void lookAtAll(Listing.Found found) {
    List<SettlingFile> gone =
        files.values().stream()
            .filter(file -> !file.real().equals(found.files().get(file.path())))
            .toList();
    files.values().removeAll(gone);
    depart(gone);
    Map<Path, Set<ResourceKey>> before = departed.isEmpty() ? Map.of() : inForceByFile();
    Set<FileIdentity> back = new HashSet<>();
    List<SettlingFile> vanished = new ArrayList<>();
    found
        .files()
        .forEach(
            (path, real) -> {
              SettlingFile file = files.get(path);
              if (file == null || isAnother(file)) {
                file = appeared(path, real, before, back);
                files.put(path, file);
              }
              try {
                // Each at its own time: many are not looked at in an instant.
                file.look(clock.instant());
              } catch (NoSuchFileException e) {
                files.remove(path);
                vanished.add(file);
              }
            });
    departed.keySet().removeAll(back);
    depart(vanished);
    forgetDeparted(found.whole());
  }

  private void depart(List<SettlingFile> gone) {
    Map<FileIdentity, Departed> now = new HashMap<>();
    for (SettlingFile file : gone) {
      file.identity()
          .ifPresent(
              identity ->
                  now.computeIfAbsent(
                          identity, _ -> new Departed(new ArrayList<>(), clock.instant()))
                      .files()
                      .add(file));
    }
    now.forEach(
        (identity, files) -> {
          departed.remove(identity);
          departed.put(identity, files);
        });
  }

  private void forgetDeparted(boolean whole) {
    Iterator<Departed> oldest = departed.values().iterator();
    for (int left = departed.size(); left > MOST_AWAY; left--) {
      oldest.next();
      oldest.remove();
    }
    if (whole && !departed.isEmpty()) {
      Instant now = clock.instant();
      departed
          .values()
          .removeIf(each -> Duration.between(each.since(), now).abs().compareTo(AWAY) > 0);
    }
  }

  /** Whether a file that has left another path has been put in its place. */
  private boolean isAnother(SettlingFile file) {
    if (departed.isEmpty()) {
      return false;
    }
    try {
      FileIdentity identity = FileIdentity.of(file.real());
      return departed.containsKey(identity) && !file.identity().equals(Optional.of(identity));
    } catch (IOException e) {
      return false; // a look at it says so
    }
  }

  /** A damaged file that is moved is not less damaged for it. */
  private SettlingFile appeared(
      Path path, Path real, Map<Path, Set<ResourceKey>> before, Set<FileIdentity> back) {
    SettlingFile file = new SettlingFile(path, real, reader);
    if (!departed.isEmpty()) {
      try {
        FileIdentity identity = FileIdentity.of(real);
        Departed former = departed.get(identity);
        if (former != null) {
          back.add(identity);
          former
              .files()
              .forEach(each -> file.movedFrom(each, before.getOrDefault(each.path(), Set.of())));
        }
      } catch (IOException e) {
        // Gone again; a look at it says so.
      }
    }
    return file;
  }

  private Map<Path, Set<ResourceKey>> inForceByFile() {
    return inForce.values().stream()
        .collect(
            Collectors.groupingBy(
                Manifest::file, Collectors.mapping(Manifest::key, Collectors.toSet())));
  }

  private Snapshot snapshot(List<Rejected> rejected, Origin origin) {
    Instant now = clock.instant();
    Optional<Duration> settles =
        files.values().stream()
            .flatMap(file -> file.settlesIn(now).stream())
            .min(Duration::compareTo);
    List<String> reasons = new ArrayList<>();
    if (!rejected.isEmpty()) {
      reasons.add(
          rejected.size() == 1
              ? rejected.getFirst().file() + " is rejected"
              : "%d files or documents are rejected, such as %s"
                  .formatted(rejected.size(), rejected.getFirst().file()));
    }
    List<Path> pending =
        files.values().stream().filter(SettlingFile::isPending).map(SettlingFile::path).toList();
    if (!pending.isEmpty()) {
      reasons.add(
          pending.getFirst()
              + (pending.size() == 1 ? "" : " and " + (pending.size() - 1) + " more")
              + " changed just now and may still be being written");
    }
    boolean bare = inForce.isEmpty() && rejected.isEmpty() && pending.isEmpty();
    return new Snapshot(
        inForce,
        rejected,
        reasons.isEmpty(),
        String.join("; ", reasons),
        settles,
        bare ? Optional.empty() : Optional.of(origin));
  }

  @Override
  public StatusWrite writeStatus(ResourceKey key, ObjectNode status, VolatileFields unimportant)
      throws IOException, ManifestRejected {
    lock.lock();
    try {
      Manifest manifest = inForce.get(key);
      SettlingFile file = manifest == null ? null : files.get(manifest.file());
      if (manifest == null
          || file == null
          || !file.content().manifests().contains(manifest)
          || cutOff.stream().anyMatch(cut -> cut.file().equals(file.path()))) {
        return StatusWrite.DROPPED;
      }
      StatusWrite result = writer.status(file, manifest, status, unimportant, clock.instant());
      if (result == StatusWrite.WRITTEN) {
        refresh(file);
      }
      return result;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Manifest read(String document) throws ManifestRejected {
    return writer.parsed(document);
  }

  @Override
  public Written apply(String document) throws IOException, ManifestRejected {
    lock.lock();
    try {
      Manifest wanted = writer.parsed(document);
      look();
      refuseCutOff(wanted.key());
      return writer.apply(wanted, document, files, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws IOException, ManifestRejected {
    lock.lock();
    try {
      look();
      refuseCutOff(key);
      return writer.patch(key, patch, review, files, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws IOException, ManifestRejected {
    lock.lock();
    try {
      look();
      return writer.document(key, files);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected {
    lock.lock();
    try {
      look();
      refuseCutOff(key);
      return writer.replace(key, expected, document, files, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Written delete(ResourceKey key) throws IOException, ManifestRejected {
    lock.lock();
    try {
      look();
      refuseCutOff(key);
      Written written = writer.delete(key, files, clock.instant());
      inForce.remove(key);
      files.values().forEach(file -> file.forget(key));
      departed.values().forEach(each -> each.files().forEach(file -> file.forget(key)));
      return written;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void doubt(List<Rejected> remembered) {
    lock.lock();
    try {
      doubted = List.copyOf(remembered);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void requireNotCutOff(ResourceKey key) throws ManifestRejected {
    lock.lock();
    try {
      refuseCutOff(key);
    } finally {
      lock.unlock();
    }
  }

  /** An edit would make a beginning look whole, and what is missing look removed. */
  private void refuseCutOff(ResourceKey key) throws ManifestRejected {
    for (Rejected cut : Stream.concat(cutOff.stream(), doubted.stream()).toList()) {
      SettlingFile file = files.get(cut.file());
      if (file != null && says(file, key)) {
        throw new ManifestRejected(cut.problems());
      }
    }
    for (SettlingFile file : files.values()) {
      if (file.isPending() && says(file, key) && file.isNewestCutOff()) {
        Set<ResourceKey> lost = new TreeSet<>(inForceByFile().getOrDefault(file.path(), Set.of()));
        lost.addAll(file.former());
        for (SettlingFile each : files.values()) {
          each.newest().manifests().forEach(manifest -> lost.remove(manifest.key()));
        }
        if (!lost.isEmpty()) {
          throw new ManifestRejected(Rejected.cutOff(file.path(), lost).problems());
        }
      }
    }
  }

  private static boolean says(SettlingFile file, ResourceKey key) {
    return file.newest().manifests().stream().anyMatch(manifest -> manifest.key().equals(key));
  }

  /** A write must see what is there now, whatever the last scan saw. */
  private void look() throws IOException {
    try {
      read();
    } catch (RootState.Unusable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** What is in force from a file now has other places and another text. */
  private void refresh(SettlingFile file) {
    for (Manifest fresh : file.content().manifests().reversed()) {
      inForce.computeIfPresent(
          fresh.key(), (_, old) -> old.file().equals(file.path()) ? fresh : old);
    }
  }
}
