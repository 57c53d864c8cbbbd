package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;

/**
 * Log files that the server rotates itself.
 *
 * @param retention since when a file must not have been written to any more to be removed, such as
 *     {@code 7d}
 */
public record LogsSpec(
    @JsonPropertyDescription("When the server begins a new file: whichever comes first.")
        Rotation rotation,
    @JsonPropertyDescription(
            "How long a file is kept after the server last wrote to it, in hours or days such as 12h or 7d; the newest one always is. Default 7d. Change: nothing on the server.")
        @Pattern("^[1-9][0-9]{0,3}(h|d)$")
        String retention,
    @JsonPropertyDescription(
            "json: PostgreSQL's jsonlog, before version 15 its csvlog; csv; or text. Default json. Change: reload.")
        Format format) {
  public static final LogsSpec DEFAULT = new LogsSpec(Rotation.DEFAULT, "7d", Format.json);

  public LogsSpec {
    rotation = rotation == null ? Rotation.DEFAULT : rotation;
    retention = retention == null ? "7d" : retention;
    format = format == null ? Format.json : format;
  }

  /**
   * When a new file begins.
   *
   * @param age of a file, with a unit of PostgreSQL
   * @param size of a file, with a unit of PostgreSQL
   */
  public record Rotation(
      @JsonPropertyDescription(
              "After so long, such as 30min, 6h or 1d. Default 1d. Change: reload.")
          @Pattern("^[1-9][0-9]{0,3}(min|h|d)$")
          String age,
      @JsonPropertyDescription(
              "From this size on, such as 512kB, 100MB or 1GB. Default 100MB. Change: reload.")
          @Pattern("^([1-9][0-9]{0,5}kB|[1-9][0-9]{0,2}MB|1GB)$")
          String size) {
    static final Rotation DEFAULT = new Rotation("1d", "100MB");

    public Rotation {
      age = age == null ? "1d" : age;
      size = size == null ? "100MB" : size;
    }
  }

  /** How a message is written. */
  public enum Format {
    json,
    csv,
    text
  }
}
