package dev.pglet.daemon;

/** The version of this program. */
public final class Version {
  private Version() {}

  /** From the jar's manifest; {@code dev} when run from classes. */
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
