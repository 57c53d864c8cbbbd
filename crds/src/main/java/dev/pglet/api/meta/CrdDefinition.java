package dev.pglet.api.meta;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The definition of one kind, read from the CRD that goes with the kind's class as the resource
 * {@code /dev/pglet/crds/<plural>.<group>-v1.yml}.
 *
 * @param kind such as {@code PostgreSQLInstance}
 * @param plural such as {@code postgresqlinstances}
 * @param singular such as {@code postgresqlinstance}
 * @param shortNames such as {@code pgi}
 * @param apiVersion {@code pglet.dev/v1alpha1}
 * @param apiVersionAliases other values of {@code apiVersion} that a file may carry for this kind
 * @param type the class to bind to
 * @param schema the {@code openAPIV3Schema} of the version; neither closed nor aware of {@code
 *     metadata}
 * @param columns the additional printer columns
 * @param kindAliases other values of {@code kind} that a file may carry for this kind
 * @param layering how a spec is put together of several documents; empty: of its own alone
 * @param placeholders the path of the part of a spec whose texts may hold <code>${…}</code>, which
 *     is replaced when that part becomes part of another spec; the empty path is the whole spec
 */
public record CrdDefinition(
    String kind,
    String plural,
    String singular,
    List<String> shortNames,
    String apiVersion,
    Set<String> apiVersionAliases,
    Class<? extends CustomResource<?, ?>> type,
    JsonNode schema,
    List<Column> columns,
    Set<String> kindAliases,
    Optional<Layering> layering,
    Optional<String> placeholders) {
  /**
   * One column of a table.
   *
   * @param name the heading
   * @param jsonPath a simple path such as {@code .status.phase}
   * @param type {@code string}, {@code integer} or {@code date}
   * @param priority 0 is always shown, more only with {@code -o wide}
   */
  public record Column(String name, String jsonPath, String type, int priority) {}

  public CrdDefinition {
    shortNames = List.copyOf(shortNames);
    apiVersionAliases = Set.copyOf(apiVersionAliases);
    columns = List.copyOf(columns);
    kindAliases = Set.copyOf(kindAliases);
  }

  /** A kind whose documents stand for themselves and have one name. */
  public CrdDefinition(
      String kind,
      String plural,
      String singular,
      List<String> shortNames,
      String apiVersion,
      Set<String> apiVersionAliases,
      Class<? extends CustomResource<?, ?>> type,
      JsonNode schema,
      List<Column> columns) {
    this(
        kind,
        plural,
        singular,
        shortNames,
        apiVersion,
        apiVersionAliases,
        type,
        schema,
        columns,
        Set.of(),
        Optional.empty(),
        Optional.empty());
  }

  public CrdDefinition layeredBy(Layering layers) {
    return with(kindAliases, Optional.of(layers), placeholders);
  }

  public CrdDefinition alsoWritten(String... aliases) {
    return with(Set.of(aliases), layering, placeholders);
  }

  /** See {@link #placeholders()}. */
  public CrdDefinition withPlaceholdersBelow(String path) {
    return with(kindAliases, layering, Optional.of(path));
  }

  private CrdDefinition with(
      Set<String> newAliases, Optional<Layering> newLayering, Optional<String> newPlaceholders) {
    return new CrdDefinition(
        kind,
        plural,
        singular,
        shortNames,
        apiVersion,
        apiVersionAliases,
        type,
        schema,
        columns,
        newAliases,
        newLayering,
        newPlaceholders);
  }

  /** After the name of a kind's class: the same CRD as JSON, which the build makes of the YAML. */
  static final String JSON = ".crd.json";

  /**
   * Reads the CRD of a kind's class: as JSON where the build has put it beside the class, else as
   * YAML. A class without either is a broken build, so that is unchecked.
   */
  public static CrdDefinition of(
      Class<? extends CustomResource<?, ?>> type, String... apiVersionAliases) {
    String resource = type.getSimpleName() + JSON;
    try (InputStream json = type.getResourceAsStream(resource)) {
      return json == null
          ? ofYaml(type, apiVersionAliases)
          : of(JsonTree.read(json.readAllBytes()), type, apiVersionAliases);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource + " beside " + type.getName(), e);
    }
  }

  static CrdDefinition ofYaml(
      Class<? extends CustomResource<?, ?>> type, String... apiVersionAliases) throws IOException {
    String resource = "/dev/pglet/crds/" + CustomResource.getCRDName(type) + "-v1.yml";
    try (InputStream yaml = type.getResourceAsStream(resource)) {
      requireNonNull(yaml, () -> "no resource " + resource + " beside " + type.getName());
      return of(new YAMLMapper().readTree(yaml), type, apiVersionAliases);
    }
  }

  private static CrdDefinition of(
      JsonNode crd, Class<? extends CustomResource<?, ?>> type, String... apiVersionAliases) {
    JsonNode spec = crd.required("spec");
    JsonNode names = spec.required("names");
    JsonNode version = spec.required("versions").required(0);
    List<String> shortNames = new ArrayList<>();
    names.path("shortNames").forEach(name -> shortNames.add(name.asText()));
    List<Column> columns = new ArrayList<>();
    version
        .path("additionalPrinterColumns")
        .forEach(
            column ->
                columns.add(
                    new Column(
                        column.path("name").asText(),
                        column.path("jsonPath").asText(),
                        column.path("type").asText(),
                        column.path("priority").asInt())));
    return new CrdDefinition(
        names.required("kind").asText(),
        names.required("plural").asText(),
        names.required("singular").asText(),
        shortNames,
        spec.required("group").asText() + "/" + version.required("name").asText(),
        Set.of(apiVersionAliases),
        type,
        version.required("schema").required("openAPIV3Schema"),
        columns);
  }

  public String group() {
    return apiVersion.substring(0, apiVersion.indexOf('/'));
  }

  public String version() {
    return apiVersion.substring(apiVersion.indexOf('/') + 1);
  }

  public boolean acceptsApiVersion(String candidate) {
    return apiVersion.equals(candidate) || apiVersionAliases.contains(candidate);
  }

  /** Kinds differ by it; a record's own would go through the whole schema at each look-up. */
  @Override
  public int hashCode() {
    return kind.hashCode();
  }

  /**
   * Whether a user may call the kind so: its kind, plural, singular or a short name, in any case.
   */
  public boolean isCalled(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals(plural)
        || lower.equals(singular)
        || lower.equals(kind.toLowerCase(Locale.ROOT))
        || kindAliases.stream().anyMatch(alias -> lower.equals(alias.toLowerCase(Locale.ROOT)))
        || lower.equals(plural + "." + group())
        || shortNames.contains(lower);
  }
}
