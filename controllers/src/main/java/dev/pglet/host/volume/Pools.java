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
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The pool directories that this data root has ever put a volume in: one small file each under
 * {@code <dataRoot>/pools}. So that every volume is found, also that of a resource whose manifest
 * is gone. Thread-safe.
 */
public final class Pools {
  private static final int FORMAT = 1;

  private final Path directory;
  private final VolumeDriver driver;
  private final ObjectMapper json = new JsonMapper();

  /**
   * @param directory {@code <dataRoot>/pools}
   */
  public Pools(Path directory, VolumeDriver driver) {
    this.directory = requireNonNull(directory, "directory is null");
    this.driver = requireNonNull(driver, "driver is null");
  }

  /** Remembers a pool durably; call it before the first volume is made there. Idempotent. */
  public synchronized void remember(Path pool) throws ReconcileException {
    Path file = file(pool);
    if (Files.exists(file)) {
      return;
    }
    try {
      Files.createDirectories(directory);
      byte[] text =
          json.writeValueAsBytes(
              json.createObjectNode().put("formatVersion", FORMAT).put("pool", pool.toString()));
      DurableFile.write(file, text);
    } catch (IOException e) {
      throw VolumeErrors.io("PoolNotRemembered", "writing " + file, e);
    }
  }

  /**
   * What is in every pool that can be read. A pool that is missing is told as unreadable: a disk
   * that is not mounted must not look like volumes that are gone.
   */
  public Inventory inventory() {
    List<Volume> volumes = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    TreeSet<Path> pools = new TreeSet<>();
    try {
      for (Path file : files()) {
        try {
          pools.add(read(file));
        } catch (ReconcileException e) {
          unreadable.add(new Unreadable(Optional.empty(), e));
        }
      }
      for (Path pool : pools) {
        try {
          Inventory found = inventory(pool);
          volumes.addAll(found.volumes());
          unreadable.addAll(found.unreadable());
        } catch (ReconcileException e) {
          unreadable.add(new Unreadable(Optional.empty(), e));
        }
      }
    } catch (ReconcileException e) {
      unreadable.add(new Unreadable(Optional.empty(), e));
    }
    return new Inventory(volumes, unreadable);
  }

  private Inventory inventory(Path pool) throws ReconcileException {
    if (!Files.isDirectory(pool)) {
      throw new HostUnavailable(
          "PoolMissing",
          "the pool %s, where volumes were made, is not there".formatted(pool),
          "Mount it; if its volumes are lost for good, remove " + file(pool));
    }
    return driver.inventory(pool);
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

  private Path read(Path file) throws ReconcileException {
    JsonNode tree;
    try {
      tree = json.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "reading " + file, e);
    }
    int version = tree.path("formatVersion").asInt(0);
    String pool = tree.path("pool").asText("");
    if (version != FORMAT || pool.isEmpty()) {
      throw new Refused(
          version > FORMAT ? "NewerFormat" : "PoolUnreadable",
          "%s has format %d, this pglet knows %d".formatted(file, version, FORMAT),
          "Use the newer pglet that wrote it, or restore the file");
    }
    return Path.of(pool);
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
