package dev.pglet.host.binaries;

import java.util.Arrays;
import java.util.Optional;

/** A processor architecture for which there are embedded binaries. */
enum Architecture {
  AMD64("amd64", "amd64", "x86_64"),
  ARM64("aarch64", "arm64v8", "arm_64");

  private final String javaName;
  private final String artifactName;
  private final String archiveName;

  Architecture(String javaName, String artifactName, String archiveName) {
    this.javaName = javaName;
    this.artifactName = artifactName;
    this.archiveName = archiveName;
  }

  /** As in the artifact's id. */
  String artifactName() {
    return artifactName;
  }

  /** The archive inside the artifact. */
  String archive() {
    return "postgres-linux-" + archiveName + ".txz";
  }

  /** That of this machine. */
  static Optional<Architecture> ofThisMachine() {
    String name = System.getProperty("os.arch");
    return Arrays.stream(values()).filter(a -> a.javaName.equals(name)).findFirst();
  }
}
