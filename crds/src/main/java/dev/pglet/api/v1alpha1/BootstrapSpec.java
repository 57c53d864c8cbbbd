package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the data comes into being.
 *
 * @param initdb null only beside {@code adopt}
 * @param adopt null: the data is made
 */
public record BootstrapSpec(
    @JsonPropertyDescription(
            "A new, empty cluster. Default, without adopt: with the defaults of its fields. Change: nothing, once the data is made; the condition BootstrapIgnored says so.")
        @Nullable Initdb initdb,
    @JsonPropertyDescription(
            "{}: the cluster that is in storage.dataDirectory already is taken over as it is, and never removed. Not together with initdb. Default: none. Change: nothing, once the data is there; the condition BootstrapIgnored says so.")
        @Nullable Adopt adopt) {
  public static final BootstrapSpec DEFAULT = new BootstrapSpec(Initdb.DEFAULT, null);

  public BootstrapSpec {
    initdb = initdb == null && adopt == null ? Initdb.DEFAULT : initdb;
  }

  /** Whether data that is there already is taken over. */
  public boolean adopts() {
    return adopt != null;
  }

  /** With what a new cluster is made; the defaults where none is. */
  public Initdb madeWith() {
    return initdb == null ? Initdb.DEFAULT : initdb;
  }

  /** Data that is there already. It has no fields. */
  public record Adopt() {}

  /**
   * With what a new cluster is made.
   *
   * @param localeProvider {@code libc}, {@code icu} or {@code builtin}
   * @param walSegmentSize in MB, such as {@code 16MB}
   */
  public record Initdb(
      @JsonPropertyDescription(
              "Whether pages carry checksums. Default true. Change: nothing, once the data is made.")
          Boolean dataChecksums,
      @JsonPropertyDescription(
              "Who knows the locale: libc; icu, from PostgreSQL 15 on; builtin, from 17 on, which knows C and C.UTF-8. Default libc. Change: nothing, once the data is made.")
          @Pattern("^(libc|icu|builtin)$")
          String localeProvider,
      @JsonPropertyDescription(
              "Size of a WAL segment: a power of two from 1MB to 1024MB. Default 16MB. Change: refused.")
          @Pattern("^(1|2|4|8|16|32|64|128|256|512|1024)MB$")
          String walSegmentSize) {
    static final Initdb DEFAULT = new Initdb(true, "libc", "16MB");

    public Initdb {
      dataChecksums = dataChecksums == null || dataChecksums;
      localeProvider = localeProvider == null ? "libc" : localeProvider;
      walSegmentSize = walSegmentSize == null ? "16MB" : walSegmentSize;
    }

    /** The size of a WAL segment in megabytes. */
    public int walSegmentMegabytes() {
      return Integer.parseInt(walSegmentSize.substring(0, walSegmentSize.length() - 2));
    }
  }
}
