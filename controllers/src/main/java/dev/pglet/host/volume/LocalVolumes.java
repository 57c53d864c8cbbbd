package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.account.Reachability;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.volume.Inventory.Unreadable;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Volumes as directories. A volume lies in {@code <pool>/<id>}; its marker in {@code
 * <pool>/meta/<id>.json}; one that is being destroyed is first renamed to {@code
 * <pool>/.<id>.destroyed}. What is in it is held by the driver that the marker names.
 */
public final class LocalVolumes implements Volumes {
  /** What the probe's script exits with: neither 0 nor anything that a shell returns by itself. */
  private static final int PROVEN = 42;

  private final CommandRunner commands;
  private final VolumeMarkers markers = new VolumeMarkers();
  private final Drivers drivers;

  public LocalVolumes(CommandRunner commands) {
    this.commands = requireNonNull(commands, "commands is null");
    this.drivers = new Drivers(commands, markers);
  }

  @Override
  public String choose(Path pool, String wanted, ServerAccount account) throws ReconcileException {
    try {
      markers.prepare(pool, account);
      return drivers.choose(pool, wanted);
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnusable", "preparing the pool " + pool, e);
    }
  }

  @Override
  public void probe(Path pool, ServerAccount account) throws ReconcileException {
    try {
      markers.prepare(pool, account);
      Reachability.requireClosed(pool, account);
      Drivers.removeLeftProbes(pool);
      // Several resources may be looking at one pool at the same time.
      Path directory = Files.createTempDirectory(pool, Drivers.PROBE);
      CommandRunner.Result result;
      try {
        Ownership.directory(directory, account, "rwx------");
        result = attempt(directory.resolve("run"), account);
      } finally {
        FileTree.delete(directory);
      }
      if (result.exitCode() != PROVEN) {
        throw unusable(pool, account, result);
      }
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnusable", "preparing the pool " + pool, e);
    }
  }

  /** One go as the account: enter, write, sync, execute. */
  private CommandRunner.Result attempt(Path script, ServerAccount account) throws HostUnavailable {
    String test =
        "printf '#!/bin/sh\\nexit %2$d\\n' > '%1$s' && sync '%1$s' && chmod 700 '%1$s' && '%1$s'"
            .formatted(script.toString().replace("'", "'\\''"), PROVEN);
    return commands.run(Invocation.of(Drivers.PROBE_DEADLINE, "sh", "-c", test).as(account));
  }

  private static HostUnavailable unusable(
      Path pool, ServerAccount account, CommandRunner.Result result) {
    Optional<HostUnavailable> closed = Reachability.of(account).explain(pool);
    if (closed.isPresent()) {
      return closed.get();
    }
    String words = result.stderr().strip();
    if (result.exitCode() == 126) {
      return new HostUnavailable(
          "NotExecutable",
          "nothing can be executed in %s: its file system is mounted noexec".formatted(pool),
          "Mount it with exec, or choose another place with --data-root");
    }
    if (words.contains("No space left") || words.contains("quota exceeded")) {
      return new HostUnavailable(
          "NoSpace", "the pool " + pool + " is full: " + words, "Free space there");
    }
    return new HostUnavailable(
        "PoolUnusable",
        "the account %s cannot write in %s: %s".formatted(account.name(), pool, words),
        "Choose another place with --data-root");
  }

  @Override
  public Volume create(Path pool, VolumeMarker marker, ServerAccount account)
      throws ReconcileException {
    Path directory = directory(pool, marker.volume());
    Optional<VolumeMarker> existing = markers.read(pool, marker.volume());
    VolumeDriver driver = drivers.named(existing.orElse(marker).driver(), directory);
    if (existing.isPresent()) {
      requireOwn(pool, directory, existing.get(), marker);
    }
    if (existing.isEmpty() && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw unmarked(pool, directory);
    }
    try {
      markers.prepare(pool, account);
      Reachability.requireClosed(pool, account);
      if (existing.isEmpty()) {
        markers.write(pool, marker);
      }
      driver.remove(destroyed(pool, marker.volume()));
      // The mode of one that is there says whether what is in it is as it must be.
      if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
        Ownership.ours(directory, account, Volume.MODE);
      }
      driver.make(directory, account);
      DurableFile.syncParent(directory);
    } catch (IOException e) {
      throw VolumeErrors.io("VolumeNotCreated", "creating the volume " + directory, e);
    }
    return new Volume(pool, directory, existing.orElse(marker));
  }

  @Override
  public void mark(Path pool, VolumeMarker marker) throws ReconcileException {
    if (markers.read(pool, marker.volume()).isEmpty()) {
      throw new IllegalStateException("no volume " + marker.volume() + " in " + pool);
    }
    markers.write(pool, marker);
  }

  @Override
  public boolean copiesAtOnce(Path source, Path target) throws ReconcileException {
    VolumeDriver driver = drivers.of(target);
    return drivers.of(source).equals(driver) && driver.copiesAtOnce(source, target);
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    return drivers.of(target).shares(source, target);
  }

  @Override
  public void copyTree(CopyRequest request) throws ReconcileException {
    VolumeDriver driver = drivers.of(request.target());
    if (copiesAtOnce(request.source(), request.target())) {
      driver.snapshot(request);
    } else if (request.atOnce()) {
      throw new StepFailed(
          "NoSnapshot",
          "no snapshot of %s can be made any more".formatted(request.source()),
          "Nothing needs to be done: it is copied in another way");
    } else {
      driver.copy(request);
    }
  }

  @Override
  public Writing write(Volume volume) throws ReconcileException {
    return drivers.named(volume.marker().driver(), volume.directory()).write(volume.directory());
  }

  @Override
  public void destroy(Path pool, String volume) throws ReconcileException {
    Path directory = directory(pool, volume);
    Optional<VolumeMarker> marker = markers.read(pool, volume);
    if (marker.isEmpty()) {
      if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw unmarked(pool, directory);
      }
      return;
    }
    VolumeDriver driver = drivers.named(marker.get().driver(), directory);
    // A crash from here on must not leave a half-removed cluster that calls itself READY.
    markers.write(pool, marker.get().with(VolumeMarker.Phase.BUILDING));
    try {
      Path doomed = destroyed(pool, volume);
      driver.remove(doomed);
      if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        DurableFile.rename(directory, doomed);
        driver.remove(doomed);
        DurableFile.syncParent(doomed);
      }
    } catch (IOException e) {
      throw VolumeErrors.io("VolumeNotDestroyed", "destroying the volume " + directory, e);
    }
    markers.delete(pool, volume);
  }

  @Override
  public Inventory inventory(Path pool) throws ReconcileException {
    List<Volume> volumes = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (String volume : markers.volumes(pool)) {
      try {
        markers
            .read(pool, volume)
            .ifPresent(marker -> volumes.add(new Volume(pool, directory(pool, volume), marker)));
      } catch (Refused e) {
        unreadable.add(new Unreadable(Optional.of(volume), e));
      }
    }
    return new Inventory(volumes, List.of(), unreadable);
  }

  private static Path directory(Path pool, String volume) {
    return pool.resolve(VolumeMarkers.requireId(volume));
  }

  private static Path destroyed(Path pool, String volume) {
    return pool.resolve("." + volume + ".destroyed");
  }

  private static void requireOwn(
      Path pool, Path directory, VolumeMarker existing, VolumeMarker wanted) throws Refused {
    if (!existing.uid().equals(wanted.uid())) {
      throw new Refused(
          "VolumeForeign",
          "the volume %s belongs to %s".formatted(directory, existing.key()),
          "Remove that resource first");
    }
    if (existing.dataRoot() != null && !existing.dataRoot().equals(wanted.dataRoot())) {
      throw new Refused(
          "VolumeForeign",
          "the volume %s of %s belongs to another data root".formatted(directory, existing.key()),
          "If this data root has lost its directory pools, bring that back; or write \"dataRoot\": \"%s\" into %s"
              .formatted(wanted.dataRoot(), VolumeMarkers.file(pool, existing.volume())));
    }
  }

  private static Refused unmarked(Path pool, Path directory) {
    return new Refused(
        "VolumeUnmarked",
        "%s exists, but has no marker in %s: it is not known whose it is"
            .formatted(directory, VolumeMarkers.directory(pool)),
        "Move it away if it is yours, or restore its marker");
  }
}
