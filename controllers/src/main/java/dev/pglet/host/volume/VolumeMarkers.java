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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The markers of a pool: {@code <pool>/meta/<id>.json}. An unreadable one is logged by its path and
 * left alone; a newer one is refused. Thread-safe for different volumes.
 */
final class VolumeMarkers {
  private static final Logger log = LoggerFactory.getLogger(VolumeMarkers.class);

  /** Ids become file names: nothing that leaves the pool, nothing hidden. */
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,80}");

  private static final String SUFFIX = ".json";

  private final ObjectMapper json =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

  /** Unreadable markers that were logged already, by path: what they said then. */
  private final Map<Path, String> reported = new ConcurrentHashMap<>();

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
      DurableFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw VolumeErrors.io("MarkerNotWritten", "writing the volume marker " + file, e);
    }
  }

  void delete(Path pool, String volume) throws HostUnavailable {
    Path file = file(pool, volume);
    try {
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

  List<VolumeMarker> readAll(Path pool) throws ReconcileException {
    Path meta = directory(pool);
    if (!Files.isDirectory(meta)) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(meta)) {
      files = entries.filter(VolumeMarkers::isMarker).sorted().toList();
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "reading the volume markers in " + meta, e);
    }
    List<VolumeMarker> markers = new ArrayList<>();
    for (Path file : files) {
      try {
        markers.add(parse(file));
        reported.remove(file);
      } catch (IOException e) {
        report(file, firstLine(e));
      }
    }
    return markers;
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

  private void report(Path file, String problem) {
    if (!problem.equals(reported.put(file, problem))) {
      log.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("problem", problem)
          .log("Cannot read a volume marker; its volume is left alone");
    }
  }

  private static boolean isMarker(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(SUFFIX)
        && ID.matcher(name.substring(0, name.length() - SUFFIX.length())).matches();
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
