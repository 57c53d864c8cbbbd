package dev.pglet.host.binaries;

/** What of the catalogue there is for the processor of this machine. */
public final class Embedded {
  private Embedded() {}

  /** Whether there are binaries of {@code 17} or {@code 17.6}. */
  public static boolean has(String version) {
    return Architecture.ofThisMachine()
        .flatMap(machine -> Catalogue.ofDistribution().newest(version, machine))
        .isPresent();
  }
}
