package dev.pglet.host.testing;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Volumes with markers in memory and real directories; syncs nothing, changes no owner. */
public final class TestingVolumes implements Volumes {
  private final TestingHost host;

  public TestingVolumes(TestingHost host) {
    this.host = host;
  }

  @Override
  public String choose(Path pool, String wanted, ServerAccount account) throws ReconcileException {
    if (!Set.of("auto", "copy").contains(wanted)) {
      throw new HostUnavailable("DriverUnusable", "no " + wanted + " in " + pool, "");
    }
    io(pool, () -> Files.createDirectories(pool));
    return "copy";
  }

  @Override
  public void probe(Path pool, ServerAccount account) throws ReconcileException {
    io(pool, () -> Files.createDirectories(pool));
  }

  @Override
  public Volume create(Path pool, VolumeMarker marker, ServerAccount account)
      throws ReconcileException {
    Map<String, VolumeMarker> markers = markers(pool);
    Path directory = pool.resolve(marker.volume());
    VolumeMarker existing = markers.get(marker.volume());
    if (existing != null && !existing.uid().equals(marker.uid())) {
      throw new Refused("VolumeForeign", directory + " belongs to " + existing.key(), "");
    }
    if (existing == null && Files.exists(directory)) {
      throw new Refused("VolumeUnmarked", directory + " has no marker", "");
    }
    if (existing == null) {
      markers.put(marker.volume(), marker);
      host.count("create");
    }
    io(directory, () -> Files.createDirectories(directory));
    return new Volume(pool, directory, existing == null ? marker : existing);
  }

  @Override
  public void mark(Path pool, VolumeMarker marker) {
    if (markers(pool).replace(marker.volume(), marker) == null) {
      throw new IllegalStateException("no volume " + marker.volume() + " in " + pool);
    }
    host.count("mark");
  }

  @Override
  public boolean copiesAtOnce(Path source, Path target) {
    return false;
  }

  @Override
  public boolean shares(Path source, Path target) {
    return false;
  }

  @Override
  public void copyTree(CopyRequest request) throws ReconcileException {
    host.count("copy");
    try (Stream<Path> tree = Files.walk(request.source())) {
      long copied = 0;
      for (Path from : tree.toList()) {
        if (request.cancelled().getAsBoolean()) {
          throw new StepFailed("Cancelled", "copying " + request.source() + " was cancelled", "");
        }
        if (Files.isSymbolicLink(from)) {
          throw new HostUnavailable("SymbolicLink", from + " is a symbolic link", "");
        }
        Path relative = request.source().relativize(from);
        if (!excluded(relative, request.excluded())) {
          Files.copy(
              from,
              request.target().resolve(relative),
              java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
          copied += Files.isRegularFile(from) ? Files.size(from) : 0;
          request.progress().accept(copied);
        }
      }
    } catch (IOException e) {
      throw new HostUnavailable("CopyFailed", "copying " + request.source() + ": " + e, "", e);
    }
  }

  private static boolean excluded(Path relative, Set<String> patterns) {
    for (Path path = relative; path != null; path = path.getParent()) {
      for (String pattern : patterns) {
        String regex = pattern.replace(".", "\\.").replace("*", "[^/]*");
        Path subject = pattern.indexOf('/') >= 0 ? path : path.getFileName();
        if (subject.toString().matches(regex)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public Writing write(Volume volume) {
    return new Writing() {
      @Override
      public void sync(Path tree) {
        host.count("sync");
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void destroy(Path pool, String volume) throws ReconcileException {
    Path directory = pool.resolve(volume);
    VolumeMarker marker = markers(pool).get(volume);
    if (marker == null && Files.exists(directory)) {
      throw new Refused("VolumeUnmarked", directory + " has no marker", "");
    }
    if (marker == null) {
      return;
    }
    if (host.servers.containsKey(directory.resolve("data"))) {
      throw new IllegalStateException("destroys a volume whose server runs: " + directory);
    }
    try {
      FileTree.delete(directory);
    } catch (IOException e) {
      throw new HostUnavailable("VolumeNotDestroyed", directory + ": " + e, "", e);
    }
    markers(pool).remove(volume);
    host.count("destroy");
  }

  @Override
  public Inventory inventory(Path pool) {
    return new Inventory(
        new TreeMap<>(markers(pool))
            .values().stream()
                .map(marker -> new Volume(pool, pool.resolve(marker.volume()), marker))
                .toList(),
        List.of(),
        List.of());
  }

  private Map<String, VolumeMarker> markers(Path pool) {
    return host.markers.computeIfAbsent(pool, key -> new ConcurrentHashMap<>());
  }

  private interface Act {
    Object run() throws IOException;
  }

  private static void io(Path path, Act act) throws HostUnavailable {
    try {
      act.run();
    } catch (IOException e) {
      throw new HostUnavailable("Testing", path + ": " + e, "", e);
    }
  }
}
