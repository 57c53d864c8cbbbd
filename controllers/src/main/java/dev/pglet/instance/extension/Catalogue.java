package dev.pglet.instance.extension;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of extensions: checked-in data, for what no server can say of an extension that is
 * not installed. One that is not listed needs no library before the server starts, as far as is
 * known.
 *
 * @param extensions by name
 */
record Catalogue(Map<String, Known> extensions) {
  private static final String RESOURCE = "/dev/pglet/extensions/catalogue.json";
  private static final Catalogue CHECKED_IN = load();

  Catalogue {
    extensions = Map.copyOf(extensions);
  }

  /**
   * What is known of one extension.
   *
   * @param library that must be preloaded; null: none
   * @param prefix of its settings; null: its name
   * @param settings that it needs
   * @param debian the package, {@code %d} stands for the major version; null: not known
   * @param redhat the same for packages of the PostgreSQL project
   * @param archive whose package archive has it, where it is not the distribution's or the
   *     PostgreSQL project's own; null: one of those
   */
  @JsonIgnoreProperties("comment")
  record Known(
      @Nullable String library,
      @Nullable String prefix,
      Map<String, String> settings,
      @Nullable String debian,
      @Nullable String redhat,
      @Nullable String archive) {
    static final Known NOTHING = new Known(null, null, Map.of(), null, null, null);

    Known {
      settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
    }
  }

  static Catalogue checkedIn() {
    return CHECKED_IN;
  }

  Known of(String extension) {
    return extensions.getOrDefault(extension, Known.NOTHING);
  }

  /** The library that must be preloaded for the extension. */
  static Optional<String> preload(String extension) {
    return Optional.ofNullable(CHECKED_IN.of(extension).library());
  }

  private static Catalogue load() {
    try (InputStream json = Catalogue.class.getResourceAsStream(RESOURCE)) {
      return new ObjectMapper()
          .readValue(requireNonNull(json, () -> "no resource " + RESOURCE), Catalogue.class);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + RESOURCE, e);
    }
  }
}
