package dev.pglet.verb;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;

/** What a verb that writes a new manifest needs. */
public final class NewResource {
  private NewResource() {}

  /**
   * The key of a name that somebody has typed.
   *
   * @throws UsageError when it is no name
   */
  public static ResourceKey key(String kind, String namespace, String name) {
    if (!ResourceKey.NAME.matcher(name).matches()) {
      throw new UsageError(
          "'%s' is no name: 1 to 63 of a-z, 0-9 and -, with a letter or digit at each end"
              .formatted(name));
    }
    return new ResourceKey(kind, namespace, name);
  }

  /**
   * Requires that there is no such resource.
   *
   * @param instead what to do if there is one
   * @throws Refused when there is
   */
  public static void requireNone(ResourceKey key, String instead, CommandContext context)
      throws ReconcileException {
    if (context.resources().get(key).isPresent()) {
      throw new Refused("AlreadyExists", "there is " + key + " already", instead);
    }
  }

  /** Its document, with an empty spec. */
  public static ObjectNode document(ResourceKey key) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("apiVersion", "pglet.dev/v1alpha1").put("kind", key.kind());
    ObjectNode metadata = document.putObject("metadata").put("name", key.name());
    if (!key.namespace().equals(ResourceKey.DEFAULT_NAMESPACE)) {
      metadata.put("namespace", key.namespace());
    }
    document.putObject("spec");
    return document;
  }
}
