package dev.pglet.reconcile.testing;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A box of a size and a colour, which may stand on another box. */
@Group("pglet.dev")
@Version("v1alpha1")
@Kind(Toy.KIND)
@Plural("toys")
@Singular("toy")
public final class Toy extends CustomResource<ToySpec, ToyStatus> implements Namespaced {
  public static final String KIND = "Toy";
  private static final long serialVersionUID = 1L;
}
