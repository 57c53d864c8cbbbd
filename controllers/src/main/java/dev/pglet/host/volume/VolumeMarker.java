package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pglet.api.meta.ResourceKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a volume says of itself: the memory of pglet that survives the loss of the state directory.
 * Holds no secret.
 *
 * @param formatVersion of this record; {@link #FORMAT}
 * @param volume the volume's id: {@code v-<uid8>-<incarnation>}
 * @param key the resource that the volume was made for
 * @param uid that resource's uid
 * @param incarnation counts the builds of that resource's data, from 1
 * @param manifestRoot the absolute directory whose manifest it was made for
 * @param phase how far the data is
 * @param port the TCP port that belongs to the server, also while it is stopped
 * @param binariesSource {@code system}, {@code embedded} or a directory
 * @param version the exact PostgreSQL version last used, such as {@code 17.6}
 * @param dataRoot the id of the data root that made it, as {@link Pools} knows it; null in a marker
 *     of an earlier pglet
 * @param facts what else the controller of the kind must remember, such as the source of a branch
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeMarker(
    int formatVersion,
    String volume,
    ResourceKey key,
    String uid,
    int incarnation,
    String manifestRoot,
    Phase phase,
    int port,
    String binariesSource,
    String version,
    @Nullable String dataRoot,
    Map<String, String> facts) {
  /** 1 had no data root; in 3 data may be in a file system of its own in the volume. */
  public static final int FORMAT = 3;

  /** What an earlier pglet can live with, as it finds the data. */
  private static final int OF_PLAIN_FILES = 2;

  /** The fact with the name of the driver; a marker without it is of plain files. */
  public static final String DRIVER_FACT = "driver";

  /** In the place of a driver's name: the best that there is. */
  public static final String ANY_DRIVER = "auto";

  /** How far a volume's data is. */
  public enum Phase {
    /** Incomplete: made again after a crash. */
    BUILDING,
    READY,
    /** The manifest is gone, the data is kept. */
    RETAINED
  }

  public VolumeMarker {
    requireNonNull(volume, "volume is null");
    requireNonNull(key, "key is null");
    requireNonNull(uid, "uid is null");
    requireNonNull(manifestRoot, "manifestRoot is null");
    requireNonNull(phase, "phase is null");
    requireNonNull(binariesSource, "binariesSource is null");
    requireNonNull(version, "version is null");
    facts = facts == null ? Map.of() : Map.copyOf(facts);
    // Whose the data is must be known before anything is done with it.
    account(facts);
  }

  private static Optional<MarkedAccount> account(Map<String, String> facts) {
    return Optional.ofNullable(facts.get(MarkedAccount.FACT)).map(MarkedAccount::parse);
  }

  /** The format for what a driver holds. */
  public static int format(String driver) {
    return driver.equals(BtrfsDriver.NAME) ? FORMAT : OF_PLAIN_FILES;
  }

  public static String id(String uid, int incarnation) {
    return "v-" + uid.substring(0, 8) + "-" + incarnation;
  }

  public VolumeMarker with(Phase newPhase) {
    return new VolumeMarker(
        formatVersion,
        volume,
        key,
        uid,
        incarnation,
        manifestRoot,
        newPhase,
        port,
        binariesSource,
        version,
        dataRoot,
        facts);
  }

  public VolumeMarker withPort(int newPort) {
    return new VolumeMarker(
        formatVersion,
        volume,
        key,
        uid,
        incarnation,
        manifestRoot,
        phase,
        newPort,
        binariesSource,
        version,
        dataRoot,
        facts);
  }

  public VolumeMarker withManifestRoot(String newRoot) {
    return new VolumeMarker(
        formatVersion,
        volume,
        key,
        uid,
        incarnation,
        newRoot,
        phase,
        port,
        binariesSource,
        version,
        dataRoot,
        facts);
  }

  /** The same in the format of today, as that of a data root. */
  public VolumeMarker withDataRoot(String newDataRoot) {
    return new VolumeMarker(
        format(driver()),
        volume,
        key,
        uid,
        incarnation,
        manifestRoot,
        phase,
        port,
        binariesSource,
        version,
        newDataRoot,
        facts);
  }

  public VolumeMarker withBinaries(String newSource, String newVersion) {
    return new VolumeMarker(
        formatVersion,
        volume,
        key,
        uid,
        incarnation,
        manifestRoot,
        phase,
        port,
        newSource,
        newVersion,
        dataRoot,
        facts);
  }

  public VolumeMarker withFacts(Map<String, String> newFacts) {
    return new VolumeMarker(
        formatVersion,
        volume,
        key,
        uid,
        incarnation,
        manifestRoot,
        phase,
        port,
        binariesSource,
        version,
        dataRoot,
        newFacts);
  }

  /** With more facts, which win over those that are there. */
  public VolumeMarker plusFacts(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(facts);
    all.putAll(more);
    return withFacts(all);
  }

  /** The account that was named for its server; empty: none was. */
  public Optional<MarkedAccount> account() {
    return account(facts);
  }

  /** How its data is held: {@code btrfs}, {@code reflink} or {@code copy}. */
  public String driver() {
    return facts.getOrDefault(DRIVER_FACT, CopyDriver.NAME);
  }

  /** The fact with that name, or null. */
  public @Nullable String fact(String name) {
    return facts.get(name);
  }
}
