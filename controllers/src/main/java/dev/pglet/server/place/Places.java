package dev.pglet.server.place;

import dev.pglet.api.v1alpha1.LogsSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.StorageSpec;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps beside its volume, and where. Directories that are not named are in the
 * volume.
 *
 * @param data the data directory
 * @param wal the directory that {@code pg_wal} leads to
 * @param logs the directory of the files of its log
 * @param archive the directory that WAL is archived to; empty: it is not archived
 * @param collector of its log; empty: it writes to one file
 * @param adopts what is asked of the cluster that is in the data directory already and is taken
 *     over; empty: the data is made
 */
public record Places(
    Optional<Path> data,
    Optional<Path> wal,
    Optional<Path> logs,
    Optional<Path> archive,
    Optional<LogCollector> collector,
    Optional<Adoption> adopts) {
  /** All in the volume. */
  public static final Places NONE =
      new Places(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** The facts of a marker that hold directories outside the volume. */
  static final String DATA_FACT = Volume.DATA_FACT;

  static final String WAL_FACT = "walDirectory";
  static final String LOG_FACT = "logDirectory";
  static final String ARCHIVE_FACT = "archiveDirectory";

  /** The fact of a marker: the data was there before, and is not pglet's to remove. */
  private static final String ADOPTED_FACT = "adopted";

  private static final String LOGS = "server-log";

  /** Those of an instance; a directory for logs has files that are rotated. */
  public static Places of(PostgreSQLInstanceSpec wanted) {
    StorageSpec storage = wanted.storage();
    LogsSpec logs = wanted.logs();
    if (logs == null && storage.logDirectory() != null) {
      logs = LogsSpec.DEFAULT;
    }
    return new Places(
        path(storage.dataDirectory()),
        path(storage.walDirectory()),
        path(storage.logDirectory()),
        path(storage.archiveDirectory()),
        Optional.ofNullable(logs).map(LogCollector::of),
        wanted.bootstrap().adopts() ? Optional.of(Adoption.of(wanted)) : Optional.empty());
  }

  /** Whether the data of a volume was there before the volume. */
  public static boolean adopted(VolumeMarker marker) {
    return marker.fact(ADOPTED_FACT) != null;
  }

  /**
   * Whether the data of a volume was there before the volume and is not its own yet: what runs
   * there is somebody else's.
   */
  public static boolean untaken(VolumeMarker marker) {
    return adopted(marker) && marker.phase() == VolumeMarker.Phase.BUILDING;
  }

  private static Optional<Path> path(@Nullable String text) {
    return Optional.ofNullable(text).map(Path::of);
  }

  /** The directories that are named, by the path of their field. */
  Map<String, Path> byField() {
    Map<String, Path> directories = new LinkedHashMap<>();
    byFact().forEach((fact, directory) -> directories.put(field(fact), directory));
    return directories;
  }

  /** The directories that are named, by the fact of the marker that holds them. */
  Map<String, Path> byFact() {
    Map<String, Path> directories = new LinkedHashMap<>();
    data.ifPresent(directory -> directories.put(DATA_FACT, directory));
    wal.ifPresent(directory -> directories.put(WAL_FACT, directory));
    logs.ifPresent(directory -> directories.put(LOG_FACT, directory));
    archive.ifPresent(directory -> directories.put(ARCHIVE_FACT, directory));
    return directories;
  }

  /**
   * Where the data begins: directories that are there, the pool first, then what is nearest to
   * those outside of it that are still to be made. Without space in one of them there is no server.
   * A cluster that is taken over is there already.
   */
  public List<Path> begun(Path pool) {
    return Stream.concat(
            Stream.of(pool),
            Stream.of(data.filter(_ -> adopts.isEmpty()), wal)
                .flatMap(Optional::stream)
                .map(Places::nearest))
        .toList();
  }

  private static Path nearest(Path directory) {
    Path parent = directory.getParent();
    return parent == null || Files.isDirectory(directory) ? directory : nearest(parent);
  }

  static String field(String fact) {
    return "spec.storage." + fact;
  }

  /** What a marker remembers from the moment on in which the volume is made. */
  public Map<String, String> decidedAtCreation() {
    Map<String, String> facts = new LinkedHashMap<>();
    data.ifPresent(directory -> facts.put(DATA_FACT, directory.toString()));
    wal.ifPresent(directory -> facts.put(WAL_FACT, directory.toString()));
    adopts.ifPresent(_ -> facts.put(ADOPTED_FACT, "true"));
    return facts;
  }

  /** The directory in which the logging collector makes its files. */
  public Optional<Path> logs(Volume volume) {
    return collector.map(_ -> logs.orElse(volume.directory().resolve(LOGS)));
  }

  /** The settings that they give, which no clone takes over. */
  public Map<String, String> settings(Volume volume, int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>(archiving());
    collector.ifPresent(
        wanted ->
            logs(volume)
                .ifPresent(directory -> settings.putAll(wanted.settings(directory, majorVersion))));
    return settings;
  }

  /**
   * Archives each segment whole or not at all, and one that is there already as if it were done:
   * PostgreSQL asks again when it has ended in between. Another one of that name is never replaced.
   */
  public Map<String, String> archiving() {
    Map<String, String> settings = new LinkedHashMap<>();
    archive.ifPresent(
        directory -> {
          settings.put("archive_mode", "on");
          settings.put(
              "archive_command",
              ("cmp -s '%%p' '%1$s/%%f' || { test ! -e '%1$s/%%f' && cp '%%p' '%1$s/.%%f.part'"
                      + " && sync '%1$s/.%%f.part' && mv '%1$s/.%%f.part' '%1$s/%%f' && sync '%1$s'; }")
                  .formatted(directory));
        });
    return settings;
  }
}
