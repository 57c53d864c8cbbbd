package dev.pglet.host.binaries;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.postgres.PostgresVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The binaries that came with the distribution, so that a first run needs no network.
 *
 * @param version empty when there are none for this processor
 * @param jar the artifact, as it lies in the distribution
 */
record Bundled(Optional<PostgresVersion> version, Optional<Path> jar) {
  /** Looks on the class path. */
  static Bundled ofDistribution(Optional<Architecture> architecture) {
    URL archive = architecture.map(a -> Bundled.class.getResource("/" + a.archive())).orElse(null);
    if (archive == null) {
      return new Bundled(Optional.empty(), Optional.empty());
    }
    try (InputStream properties = Bundled.class.getResourceAsStream("bundled.properties")) {
      Properties read = new Properties();
      read.load(requireNonNull(properties, "no bundled.properties"));
      // The artifact of 18.6 is 18.6.0.
      String[] parts = read.getProperty("version").split("\\.", -1);
      URLConnection connection = archive.openConnection();
      if (!(connection instanceof JarURLConnection inJar)) {
        return new Bundled(Optional.empty(), Optional.empty());
      }
      return new Bundled(
          Optional.of(PostgresVersion.parse(parts[0] + "." + parts[1])),
          Optional.of(Path.of(URI.create(inJar.getJarFileURL().toString()))));
    } catch (IOException e) {
      throw new UncheckedIOException("reading bundled.properties", e);
    }
  }
}
