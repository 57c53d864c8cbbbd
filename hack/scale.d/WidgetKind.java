import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.World;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A kind without a host, as a plugin: all that it costs is pglet itself. A widget that is seen for
 * the first time has the colour that it shall have already, as if an earlier daemon had painted it;
 * each later change is one step, which leaves the file {@code painted/NAME} in the data root.
 */
public final class WidgetKind implements KindProvider {
  /** What a widget shall be. */
  public record Spec(String colour) {}

  /** What a widget is. */
  public record Status(String phase, String colour) {}

  /** One widget. */
  @Group("pglet.dev")
  @Version("v1alpha1")
  @Kind("Widget")
  @Plural("widgets")
  @Singular("widget")
  public static final class Widget extends CustomResource<Spec, Status> implements Namespaced {
    private static final long serialVersionUID = 1L;
  }

  /** The one thing that can be done to it. */
  public record Paint(String colour) implements Step {
    @Override
    public String describe() {
      return "painting it " + colour;
    }

    @Override
    public Risk risk() {
      return Risk.SAFE;
    }
  }

  /** Paints. */
  record Widgets(Path painted, Map<ResourceKey, String> colours)
      implements Controller<Widget, Status, String, Paint> {
    @Override
    public Set<ResourceKey> dependencies(Widget widget) {
      return Set.of();
    }

    @Override
    public String observe(Widget widget, World world) {
      return colours.computeIfAbsent(key(widget), _ -> widget.getSpec().colour());
    }

    @Override
    public Plan<Paint> plan(Widget widget, String colour) {
      String wanted = widget.getSpec().colour();
      return wanted.equals(colour) ? Plan.empty() : Plan.of(List.of(new Paint(wanted)));
    }

    @Override
    public Plan<Paint> planDeletion(Widget widget, String colour) {
      return Plan.empty();
    }

    @Override
    public void execute(Paint paint, StepContext context) throws ReconcileException {
      colours.put(context.key(), paint.colour());
      try {
        Files.writeString(painted.resolve(context.key().name()), paint.colour());
      } catch (IOException e) {
        throw new HostUnavailable("NotPainted", e.toString(), "Look at the data root", e);
      }
    }

    @Override
    public Status status(Widget widget, String colour) {
      return new Status("Painted", colour);
    }

    @Override
    public boolean available(Widget widget, String colour) {
      return true;
    }

    @Override
    public List<Known> known() {
      return List.of();
    }

    @Override
    public boolean keeps(ResourceKey key) {
      return false;
    }

    private static ResourceKey key(Widget widget) {
      return new ResourceKey(
          "Widget", widget.getMetadata().getNamespace(), widget.getMetadata().getName());
    }
  }

  @Override
  public CrdDefinition crd() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ObjectNode spec = schema.putObject("properties").putObject("spec").put("type", "object");
    spec.putObject("properties").putObject("colour").put("type", "string");
    return new CrdDefinition(
        "Widget",
        "widgets",
        "widget",
        List.of(),
        "pglet.dev/v1alpha1",
        Set.of(),
        Widget.class,
        schema,
        List.of());
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
    Path painted = context.settings().dataRoot().resolve("painted");
    try {
      Files.createDirectories(painted);
    } catch (IOException e) {
      throw new HostUnavailable("NoPlace", e.toString(), "Look at the data root", e);
    }
    return new Widgets(painted, new ConcurrentHashMap<>());
  }

  @Override
  public List<Command> commands() {
    return List.of();
  }
}
