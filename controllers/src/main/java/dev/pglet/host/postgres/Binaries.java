package dev.pglet.host.postgres;

import java.nio.file.Path;

/**
 * PostgreSQL binaries that are there and can be executed by the server account.
 *
 * @param directory the absolute directory that holds {@code bin/postgres}
 * @param source {@code system}, {@code embedded}, or {@code directory}
 * @param libraries where loadable modules lie, {@code $libdir}
 * @param share where extensions' control files lie, with the subdirectory {@code extension}
 */
public record Binaries(
    PostgresVersion version, Path directory, String source, Path libraries, Path share) {
  public String bin(String program) {
    return directory.resolve("bin").resolve(program).toString();
  }
}
