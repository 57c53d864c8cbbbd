package dev.pglet.reconcile.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A program that runs this build's {@code Main}, as the launcher does, and counts its runs. */
public record TestingLauncher(Path program, Path log) {
  /** Makes it in a directory. */
  public static TestingLauncher in(Path directory) throws IOException {
    Path log = directory.resolve("runs");
    String script =
        """
        #!/bin/sh
        echo run >> '%s'
        exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \\
          -Dpglet.home='%s' -cp '%s' dev.pglet.daemon.Main "$@"
        """
            .formatted(
                quoted(log.toString()),
                Path.of(System.getProperty("java.home"), "bin/java"),
                quoted(directory.toString()),
                quoted(System.getProperty("java.class.path")));
    TestingLauncher launcher = new TestingLauncher(directory.resolve("pglet"), log);
    launcher.replace(script);
    return launcher;
  }

  private static String quoted(String text) {
    return text.replace("'", "'\\''");
  }

  /** Puts another script in its place. */
  public void replace(String script) throws IOException {
    Files.writeString(program, script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  public long runs() throws IOException {
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }
}
