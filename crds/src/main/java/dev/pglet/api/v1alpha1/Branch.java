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

/**
 * A writable clone of an instance or of another branch, with its own server, port and credentials.
 */
@Group("pglet.dev")
@Version("v1alpha1")
@Kind(Branch.KIND)
@Plural("branches")
@Singular("branch")
@ShortNames("br")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Source", jsonPath = ".status.source.name")
@AdditionalPrinterColumn(
    name = "Port",
    jsonPath = ".status.port",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Connection", jsonPath = ".status.connection.uri")
@AdditionalPrinterColumn(name = "Data", jsonPath = ".status.dataDirectory", priority = 1)
public final class Branch extends CustomResource<BranchSpec, BranchStatus> implements Namespaced {
  public static final String KIND = "Branch";
  private static final long serialVersionUID = 1L;
}
