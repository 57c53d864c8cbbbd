package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.volume.Inventory.Unreadable;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool directories that this data root has ever put a volume in: one small file each under
 * {@code <dataRoot>/pools}. So that every volume is found, also that of a resource whose manifest
 * is gone. Several data roots may use one pool: each file holds the id of this one, which the
 * markers of its volumes hold too. Thread-safe.
 */
public final class Pools {
  private static final Logger log = LoggerFactory.getLogger(Pools.class);

  /** 1 had no id of the data root. */
  private static final int FORMAT = 2;

  private final Path directory;
  private final Volumes store;
  private final Predicate<Volume> servedHere;
  private final ObjectMapper json = new JsonMapper();

  /** A pool, and the id that this data root has there; empty when an earlier pglet wrote it. */
  private record Known(Path pool, Optional<String> dataRoot) {}

  /**
   * Reads nothing yet.
   *
   * @param directory {@code <dataRoot>/pools}
   * @param servedHere whether a volume outside the data root, whose marker says nothing of one, is
   *     certainly of this one
   */
  public Pools(Path directory, Volumes store, Predicate<Volume> servedHere) {
    this.directory = requireNonNull(directory, "directory is null");
    this.store = requireNonNull(store, "store is null");
    this.servedHere = requireNonNull(servedHere, "servedHere is null");
  }

  /**
   * Remembers a pool durably; call it before the first volume is made there. Idempotent.
   *
   * @return the id of this data root, for the markers of its volumes in that pool
   */
  public synchronized String remember(Path pool) throws ReconcileException {
    Path file = file(pool);
    Optional<Known> old = Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    if (old.flatMap(Known::dataRoot).isPresent()) {
      return old.flatMap(Known::dataRoot).get();
    }
    String id = dataRoot().orElseGet(() -> UUID.randomUUID().toString());
    try {
      Files.createDirectories(directory);
      if (old.isPresent()) {
        DurableFile.write(
            file.resolveSibling(file.getFileName() + ".v1"), Files.readAllBytes(file));
      }
      byte[] text =
          json.writeValueAsBytes(
              json.createObjectNode()
                  .put("formatVersion", FORMAT)
                  .put("pool", pool.toString())
                  .put("dataRoot", id));
      DurableFile.write(file, text);
    } catch (IOException e) {
      throw VolumeErrors.io("PoolNotRemembered", "writing " + file, e);
    }
    return id;
  }

  /** The id that is known from any pool: a damaged file keeps nobody from using another pool. */
  private Optional<String> dataRoot() throws ReconcileException {
    for (Path file : files()) {
      try {
        Optional<String> id = read(file).dataRoot();
        if (id.isPresent()) {
          return id;
        }
      } catch (ReconcileException e) {
        left(file, e);
      }
    }
    return Optional.empty();
  }

  /**
   * Writes into what earlier pglets wrote which data root it is of, where that is sure. What cannot
   * be written now is known the next time as well.
   */
  public void claimUnclaimed() throws ReconcileException {
    for (Path file : files()) {
      try {
        remember(read(file).pool());
      } catch (ReconcileException e) {
        left(file, e);
      }
    }
    for (Volume volume : inventory().volumes()) {
      if (volume.marker().dataRoot() == null) {
        try {
          store.mark(volume.pool(), volume.marker().withDataRoot(remember(volume.pool())));
        } catch (ReconcileException e) {
          left(volume.directory(), e);
        }
      }
    }
  }

  private static void left(Path what, ReconcileException why) {
    log.atWarn()
        .addKeyValue("path", what)
        .addKeyValue("problem", why.explain())
        .log("Left as it is");
  }

  /**
   * What of this data root is in every pool that can be read. A pool that is missing is told as
   * unreadable: a disk that is not mounted must not look like volumes that are gone.
   */
  public Inventory inventory() {
    List<Volume> volumes = new ArrayList<>();
    List<Volume> foreign = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    TreeMap<Path, Known> pools = new TreeMap<>();
    try {
      for (Path file : files()) {
        try {
          Known known = read(file);
          pools.put(known.pool(), known);
        } catch (ReconcileException e) {
          unreadable.add(new Unreadable(Optional.empty(), e));
        }
      }
      for (Known known : pools.values()) {
        try {
          Inventory found = inventory(known);
          volumes.addAll(found.volumes());
          foreign.addAll(found.foreign());
          unreadable.addAll(found.unreadable());
        } catch (ReconcileException e) {
          unreadable.add(new Unreadable(Optional.empty(), e));
        }
      }
    } catch (ReconcileException e) {
      unreadable.add(new Unreadable(Optional.empty(), e));
    }
    return new Inventory(volumes, foreign, unreadable);
  }

  private Inventory inventory(Known known) throws ReconcileException {
    Inventory all = inventory(known.pool());
    List<Volume> volumes = new ArrayList<>();
    List<Volume> foreign = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>(all.unreadable());
    for (Volume volume : all.volumes()) {
      String dataRoot = volume.marker().dataRoot();
      if (dataRoot != null) {
        (known.dataRoot().equals(Optional.of(dataRoot)) ? volumes : foreign).add(volume);
      } else if (known.pool().startsWith(parent()) || servedHere.test(volume)) {
        volumes.add(volume);
      } else {
        foreign.add(volume);
        unreadable.add(unclaimed(volume, known));
      }
    }
    return new Inventory(volumes, foreign, unreadable);
  }

  private Path parent() {
    return requireNonNull(directory.toAbsolutePath().getParent(), "the data root");
  }

  private Unreadable unclaimed(Volume volume, Known known) {
    Path marker = VolumeMarkers.file(volume.pool(), volume.marker().volume());
    return new Unreadable(
        Optional.of(volume.marker().volume()),
        new Refused(
            "VolumeUnclaimed",
            "the marker %s of %s, which an earlier pglet wrote, does not say which data root it is of: it is left alone"
                .formatted(marker, volume.marker().key()),
            known
                .dataRoot()
                .map(
                    id ->
                        "If it is of %s, write \"dataRoot\": \"%s\" into it"
                            .formatted(parent(), id))
                .orElse("Start pglet on the data root that it is of")));
  }

  private Inventory inventory(Path pool) throws ReconcileException {
    if (!Files.isDirectory(pool)) {
      throw new HostUnavailable(
          "PoolMissing",
          "the pool %s, where volumes were made, is not there".formatted(pool),
          "Mount it; if its volumes are lost for good, remove " + file(pool));
    }
    return store.inventory(pool);
  }

  private synchronized List<Path> files() throws ReconcileException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw VolumeErrors.io("PoolsUnreadable", "reading " + directory, e);
    }
  }

  private Known read(Path file) throws ReconcileException {
    JsonNode tree;
    try {
      tree = json.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "reading " + file, e);
    }
    int version = tree.path("formatVersion").asInt(0);
    String pool = tree.path("pool").asText("");
    String dataRoot = tree.path("dataRoot").asText("");
    if (version < 1 || version > FORMAT || pool.isEmpty()) {
      throw new Refused(
          version > FORMAT ? "NewerFormat" : "PoolUnreadable",
          "%s has format %d, this pglet knows %d".formatted(file, version, FORMAT),
          "Use the newer pglet that wrote it, or restore the file");
    }
    return new Known(Path.of(pool), Optional.of(dataRoot).filter(id -> !id.isEmpty()));
  }

  private Path file(Path pool) {
    // Two paths with one hash would be one file; 64 bits of a path's own hash make that no worry.
    byte[] bytes = pool.toString().getBytes(StandardCharsets.UTF_8);
    return directory.resolve(HexFormat.of().formatHex(sha256(bytes), 0, 8) + ".json");
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
