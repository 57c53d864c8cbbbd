package dev.pglet.host.volume;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.Ownership;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The markers of a pool: {@code <pool>/meta/<id>.json}. An unreadable or newer one is refused and
 * left alone. Thread-safe for different volumes.
 */
final class VolumeMarkers {
  /** Ids become file names: nothing that leaves the pool, nothing hidden. */
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,80}");

  private static final String SUFFIX = ".json";

  private final ObjectMapper json =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

  static Path directory(Path pool) {
    return pool.resolve("meta");
  }

  static Path file(Path pool, String volume) {
    return directory(pool).resolve(requireId(volume) + SUFFIX);
  }

  static String requireId(String volume) {
    if (!ID.matcher(volume).matches()) {
      throw new IllegalArgumentException("not the id of a volume: " + volume);
    }
    return volume;
  }

  /** Whether a directory may be a volume's. */
  static boolean isId(@Nullable Path name) {
    return name != null && ID.matcher(name.toString()).matches();
  }

  void prepare(Path pool, ServerAccount account) throws IOException {
    Ownership.passable(pool, account);
    Path meta = directory(pool);
    if (!Files.isDirectory(meta)) {
      Ownership.directory(
          meta,
          new ServerAccount(account.name(), account.uid(), account.gid(), false),
          "rwx------");
      DurableFile.syncParent(meta);
    }
  }

  void write(Path pool, VolumeMarker marker) throws HostUnavailable {
    Path file = file(pool, marker.volume());
    try {
      String text = json.writerWithDefaultPrettyPrinter().writeValueAsString(marker) + "\n";
      keepOlder(file, marker.formatVersion());
      DurableFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw VolumeErrors.io("MarkerNotWritten", "writing the volume marker " + file, e);
    }
  }

  /** A marker of an older format is kept beside before it is replaced by one of a newer. */
  private void keepOlder(Path file, int formatVersion) throws IOException {
    if (Files.exists(file)) {
      byte[] old = Files.readAllBytes(file);
      int version = json.readTree(old).path("formatVersion").asInt(0);
      if (version < formatVersion) {
        DurableFile.write(older(file, version), old);
      }
    }
  }

  private static Path older(Path file, int version) {
    return file.resolveSibling(file.getFileName() + ".v" + version);
  }

  void delete(Path pool, String volume) throws HostUnavailable {
    Path file = file(pool, volume);
    try {
      for (int version = 1; version < VolumeMarker.FORMAT; version++) {
        Files.deleteIfExists(older(file, version));
      }
      DurableFile.delete(file);
    } catch (IOException e) {
      throw VolumeErrors.io("MarkerNotRemoved", "removing the volume marker " + file, e);
    }
  }

  /** The marker; empty when there is none. One that cannot be read is refused. */
  Optional<VolumeMarker> read(Path pool, String volume) throws ReconcileException {
    Path file = file(pool, volume);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(file));
    } catch (IOException e) {
      throw new Refused(
          "MarkerUnreadable",
          "the volume marker %s cannot be read: %s".formatted(file, firstLine(e)),
          "Repair it from a copy; its volume is not touched meanwhile",
          e);
    }
  }

  /** The ids of the volumes that have a marker, in order. */
  List<String> volumes(Path pool) throws ReconcileException {
    Path meta = directory(pool);
    if (!Files.isDirectory(meta)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(meta)) {
      return entries
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .filter(name -> ID.matcher(name).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "reading the volume markers in " + meta, e);
    }
  }

  private VolumeMarker parse(Path file) throws IOException, Refused {
    JsonNode tree = json.readTree(Files.readAllBytes(file));
    int version = tree.path("formatVersion").asInt(0);
    if (version > VolumeMarker.FORMAT) {
      throw new Refused(
          "NewerFormat",
          "the volume marker %s has format %d, this pglet knows %d"
              .formatted(file, version, VolumeMarker.FORMAT),
          "Use the newer pglet that wrote it");
    }
    VolumeMarker marker;
    try {
      marker = json.treeToValue(tree, VolumeMarker.class);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IOException(firstLine(e), e);
    }
    if (marker == null || !file.getFileName().toString().equals(marker.volume() + SUFFIX)) {
      throw new IOException("it is not the marker of the volume that its file is named after");
    }
    return marker;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
