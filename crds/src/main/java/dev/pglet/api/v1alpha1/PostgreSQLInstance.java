package dev.pglet.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

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
}
