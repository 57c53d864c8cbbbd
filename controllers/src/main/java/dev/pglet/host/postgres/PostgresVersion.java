package dev.pglet.host.postgres;

/** An exact version such as 17.6. */
public record PostgresVersion(int major, int minor) implements Comparable<PostgresVersion> {
  /** Reads {@code 17.6}; {@link IllegalArgumentException} for anything else. */
  public static PostgresVersion parse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException("not an exact PostgreSQL version: " + text);
    }
    return new PostgresVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }

  /** Whether it is what a spec asks for: {@code 17} or {@code 17.6}. */
  public boolean matches(String wanted) {
    return wanted.equals(Integer.toString(major)) || wanted.equals(toString());
  }

  @Override
  public int compareTo(PostgresVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
