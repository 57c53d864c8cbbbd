package dev.pglet.server;

import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.volume.VolumeMarker;
import java.util.LinkedHashMap;
import java.util.Map;

/** How large the WAL segments of some data are, which is decided when it is made. Pure. */
public final class WalSegmentSize {
  /** The fact in a marker, such as {@code 64MB}; without it PostgreSQL's own size. */
  public static final String FACT = "walSegmentSize";

  /** PostgreSQL's own size, as a fact. */
  public static final String DEFAULT = InitRequest.WAL_SEGMENT_MEGABYTES + "MB";

  /** As many segments as initdb writes into a configuration for these two settings. */
  private static final int LEAST_SEGMENTS = 5;

  private static final int MOST_SEGMENTS = 64;

  private WalSegmentSize() {}

  /** The size in megabytes. */
  public static int megabytes(VolumeMarker marker) {
    String fact = marker.fact(FACT);
    return fact == null
        ? InitRequest.WAL_SEGMENT_MEGABYTES
        : Integer.parseInt(fact.substring(0, fact.length() - 2));
  }

  /** The facts that go with a copy of the data. */
  public static Map<String, String> handedOn(VolumeMarker marker) {
    String fact = marker.fact(FACT);
    return fact == null ? Map.of() : Map.of(FACT, fact);
  }

  /** PostgreSQL's own limits are too low for larger segments: no server would start with them. */
  public static Map<String, String> settings(int megabytes) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (megabytes > InitRequest.WAL_SEGMENT_MEGABYTES) {
      settings.put("min_wal_size", LEAST_SEGMENTS * megabytes + "MB");
      settings.put("max_wal_size", MOST_SEGMENTS * megabytes + "MB");
    }
    return settings;
  }
}
