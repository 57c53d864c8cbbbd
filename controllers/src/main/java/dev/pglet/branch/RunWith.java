package dev.pglet.branch;

import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.RunAs;
import java.util.Optional;

/**
 * What a source's data was last run with, and as, which its branch keeps: other binaries might be
 * of an older minor version, or lack libraries that the data needs.
 *
 * @param version such as {@code 17.6}; empty while nothing is known
 * @param binaries {@code system}, {@code embedded} or an absolute directory
 * @param user the account that was asked for; empty: none
 */
record RunWith(String version, String binaries, Optional<String> user) {
  static final RunWith UNKNOWN = new RunWith("", "auto", Optional.empty());

  static RunWith of(VolumeMarker marker) {
    return new RunWith(marker.version(), marker.binariesSource(), RunAs.name(marker));
  }

  /** The same, as an account of that name. */
  RunWith as(Optional<String> otherUser) {
    return new RunWith(version, binaries, otherUser);
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
