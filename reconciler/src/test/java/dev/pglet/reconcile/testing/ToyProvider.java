package dev.pglet.reconcile.testing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kind of {@link Toy}, whose boxes stand on a {@link ToyHost}. */
public final class ToyProvider implements KindProvider {
  public static final CrdDefinition CRD =
      new CrdDefinition(
          Toy.KIND,
          "toys",
          "toy",
          List.of(),
          "pglet.dev/v1alpha1",
          Set.of(),
          Toy.class,
          schema(),
          List.of());

  private static ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ObjectNode parts = schema.putObject("properties");
    ObjectNode fields = parts.putObject("spec").put("type", "object").putObject("properties");
    fields.putObject("size").put("type", "integer");
    fields.putObject("colour").put("type", "string");
    fields.putObject("on").put("type", "string");
    fields.putObject("keep").put("type", "boolean");
    fields.putObject("lid").put("type", "string");
    fields.putObject("contents").put("type", "string");
    fields.putObject("desiredState").put("type", "string");
    ObjectNode done = parts.putObject("status").put("type", "object").putObject("properties");
    done.putObject("restartToken").put("type", "string");
    done.putObject("reloadToken").put("type", "string");
    return schema;
  }

  private final ToyHost host;
  private Optional<EngineContext> context = Optional.empty();

  public ToyProvider(ToyHost host) {
    this.host = host;
  }

  public static KindRegistry registry() {
    return new KindRegistry(List.of(CRD));
  }

  public static ResourceKey key(String name) {
    return ResourceKey.of(Toy.KIND, name);
  }

  /** A document with a spec of flow style, such as {@code size: 2, colour: red}. */
  public static String document(String name, String spec) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Toy
        metadata: {name: %s}
        spec: {%s}
        """
        .formatted(name, spec);
  }

  public static String annotated(String name, String spec, String annotation, String value) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Toy
        metadata: {name: %s, annotations: {"%s": "%s"}}
        spec: {%s}
        """
        .formatted(name, annotation, value, spec);
  }

  /** What the last engine gave. */
  public EngineContext context() {
    return context.orElseThrow();
  }

  @Override
  public CrdDefinition crd() {
    return CRD;
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext given) {
    context = Optional.of(given);
    return new ToyController(host, given);
  }

  @Override
  public List<Command> commands() {
    return List.of();
  }
}
