package dev.pglet.host.volume;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.file.FileTree;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drivers that there are, and which is for which volume. Thread-safe. */
final class Drivers {
  /** Begins the names of directories in a pool with which something is tried. */
  static final String PROBE = ".probe-";

  /** The longest that one command of a probe may take. */
  static final Duration PROBE_DEADLINE = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(Drivers.class);

  /** So old no probe is that somebody still makes. */
  private static final Duration PROBE_LEFT = PROBE_DEADLINE.multipliedBy(4);

  private final VolumeMarkers markers;
  private final VolumeDriver plain = new CopyDriver();

  /** The best first. */
  private final List<VolumeDriver> drivers;

  /** What is best, by the file system and path of the pool. */
  private final Map<String, VolumeDriver> best = new ConcurrentHashMap<>();

  Drivers(CommandRunner commands, VolumeMarkers markers) {
    this.markers = markers;
    this.drivers = List.of(new BtrfsDriver(commands), new ReflinkDriver(commands), plain);
  }

  /** As {@link Volumes#choose}, in a pool that is there. */
  String choose(Path pool, String wanted) throws ReconcileException, IOException {
    if (!wanted.equals(VolumeMarker.ANY_DRIVER)) {
      VolumeDriver driver = named(wanted, pool);
      prove(driver, pool);
      return driver.name();
    }
    String place = Files.getAttribute(pool, "unix:dev") + ":" + pool;
    VolumeDriver known = best.get(place);
    if (known == null) {
      known = best(pool);
      best.put(place, known);
    }
    return known.name();
  }

  /** Only what a driver cannot do there speaks for the next: a full disk is one for all of them. */
  private VolumeDriver best(Path pool) throws ReconcileException, IOException {
    for (VolumeDriver driver : drivers) {
      try {
        prove(driver, pool);
        log.atInfo()
            .addKeyValue("pool", pool)
            .addKeyValue("driver", driver.name())
            .log("new volumes are held by this driver");
        return driver;
      } catch (HostUnavailable e) {
        if (!e.reason().equals(VolumeErrors.DRIVER_UNUSABLE)) {
          throw e;
        }
        log.atInfo()
            .addKeyValue("pool", pool)
            .addKeyValue("driver", driver.name())
            .addKeyValue("problem", e.explain())
            .log("new volumes are not held by this driver");
      }
    }
    return plain;
  }

  private static void prove(VolumeDriver driver, Path pool) throws ReconcileException, IOException {
    removeLeftProbes(pool);
    Path scratch = Files.createTempDirectory(pool, PROBE);
    try {
      driver.probe(scratch);
    } finally {
      FileTree.delete(scratch);
    }
  }

  /** Of a pglet that was killed meanwhile. */
  static void removeLeftProbes(Path pool) throws IOException {
    List<Path> left;
    try (Stream<Path> entries = Files.list(pool)) {
      left = entries.filter(entry -> entry.getFileName().toString().startsWith(PROBE)).toList();
    }
    for (Path probe : left) {
      try {
        Instant made = Files.getLastModifiedTime(probe, LinkOption.NOFOLLOW_LINKS).toInstant();
        if (made.plus(PROBE_LEFT).isBefore(Instant.now())) {
          FileTree.delete(probe);
        }
      } catch (NoSuchFileException e) {
        // Whoever has made it has just removed it.
      }
    }
  }

  /**
   * The driver with that name.
   *
   * @param of what it is wanted for, for the message
   */
  VolumeDriver named(String name, Path of) throws Refused {
    return drivers.stream()
        .filter(driver -> driver.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new Refused(
                    "DriverUnknown",
                    "the driver %s of %s is not known to this pglet".formatted(name, of),
                    "Use the newer pglet that has made it"));
  }

  /** The driver of the volume that data is in or comes to; what lies elsewhere are plain files. */
  VolumeDriver of(Path data) throws ReconcileException {
    Path directory = data.getParent();
    if (directory != null && directory.endsWith(Volume.TREE)) {
      directory = directory.getParent();
    }
    Path pool = directory == null ? null : directory.getParent();
    if (directory == null || pool == null || !VolumeMarkers.isId(directory.getFileName())) {
      return plain;
    }
    Optional<VolumeMarker> marker = markers.read(pool, directory.getFileName().toString());
    return marker.isEmpty() ? plain : named(marker.get().driver(), directory);
  }
}
