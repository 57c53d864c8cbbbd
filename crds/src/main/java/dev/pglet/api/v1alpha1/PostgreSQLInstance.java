package dev.pglet.api.v1alpha1;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.Layering;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A PostgreSQL server of this host with its data. */
@Group("pglet.dev")
@Version("v1alpha1")
@Kind(PostgreSQLInstance.KIND)
@Plural("postgresqlinstances")
@Singular("postgresqlinstance")
@ShortNames({"pgi", "pg"})
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Version", jsonPath = ".status.version")
@AdditionalPrinterColumn(
    name = "Port",
    jsonPath = ".status.port",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Connection", jsonPath = ".status.connection.uri")
@AdditionalPrinterColumn(name = "Binaries", jsonPath = ".status.binaries", priority = 1)
@AdditionalPrinterColumn(name = "Data", jsonPath = ".status.dataDirectory", priority = 1)
public final class PostgreSQLInstance
    extends CustomResource<PostgreSQLInstanceSpec, PostgreSQLInstanceStatus> implements Namespaced {
  public static final String KIND = "PostgreSQLInstance";
  private static final long serialVersionUID = 1L;

  private static final List<String> TEMPLATES =
      List.of("development", "testing", "staging", "production");

  /** What the data is made with, or where it lies: a default that changes later comes too late. */
  private static final Set<String> DECIDED_AT_CREATION =
      Set.of(
          "version",
          "storage.driver",
          "storage.pool",
          "storage.dataDirectory",
          "storage.walDirectory",
          "bootstrap.initdb.dataChecksums",
          "bootstrap.initdb.localeProvider",
          "bootstrap.initdb.walSegmentSize",
          "database.name",
          "database.encoding",
          "database.locale");

  /** The kind, with the documents that its spec is put together from. */
  public static CrdDefinition definition() {
    return CrdDefinition.of(PostgreSQLInstance.class, "v1")
        .layeredBy(
            new Layering(
                Template.KIND,
                "template",
                "extends",
                TEMPLATES.stream().map(PostgreSQLInstance::builtin).toList(),
                HostConfiguration.KIND,
                "instanceDefaults",
                Map.of("defaultVersion", "version"),
                DECIDED_AT_CREATION,
                Map.of("port", "network.port")));
  }

  private static Layering.Builtin builtin(String name) {
    String resource = "/dev/pglet/templates/" + name + ".yaml";
    try (InputStream text = PostgreSQLInstance.class.getResourceAsStream(resource)) {
      requireNonNull(text, () -> "no resource " + resource);
      return new Layering.Builtin(name, new String(text.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }
}
