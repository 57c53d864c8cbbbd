package dev.pglet.branch;

import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.volume.VolumeMarker;

/**
 * What a source's data was last run with, which its branch keeps: other binaries might be of an
 * older minor version, or lack libraries that the data needs.
 *
 * @param version such as {@code 17.6}; empty while nothing is known
 * @param binaries {@code system}, {@code embedded} or an absolute directory
 */
record RunWith(String version, String binaries) {
  static final RunWith UNKNOWN = new RunWith("", "auto");

  static RunWith of(VolumeMarker marker) {
    return new RunWith(marker.version(), marker.binariesSource());
  }

  /** 0 while nothing is known. */
  int majorVersion() {
    return version.isEmpty() ? 0 : PostgresVersion.parse(version).major();
  }

  /** As a spec would ask for it. A system's package or a directory may be upgraded in place. */
  String wantedVersion(String unknown) {
    if (version.isEmpty()) {
      return unknown;
    }
    return binaries.equals("embedded") ? version : Integer.toString(majorVersion());
  }
}
