package dev.pglet.template;

import dev.pglet.api.meta.Layering;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.Template;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The kind {@code Template}. Thread-safe. */
public final class TemplateController
    implements Controller<Template, Template.Status, TemplateObserved, NoStep> {
  private final Set<String> builtins =
      PostgreSQLInstance.definition().layering().orElseThrow().builtins().stream()
          .map(Layering.Builtin::name)
          .collect(Collectors.toUnmodifiableSet());

  @Override
  public Set<ResourceKey> dependencies(Template resource) {
    return Optional.ofNullable(resource.getSpec().parent())
        .filter(parent -> !builtins.contains(parent))
        .map(parent -> Set.of(key(parent, resource.getMetadata().getNamespace())))
        .orElse(Set.of());
  }

  @Override
  public TemplateObserved observe(Template resource, World world) {
    String namespace = resource.getMetadata().getNamespace();
    String name = resource.getMetadata().getName();
    List<String> users = new ArrayList<>();
    world.keys(PostgreSQLInstance.KIND).stream()
        .filter(key -> key.namespace().equals(namespace))
        .sorted()
        .forEach(
            key -> {
              Optional<String> template =
                  world
                      .resource(key, PostgreSQLInstance.class)
                      .map(instance -> instance.getSpec().template());
              if (template
                  .filter(t -> chain(t, namespace, world).names().contains(name))
                  .isPresent()) {
                users.add(key.name());
              }
            });
    return new TemplateObserved(chain(name, namespace, world), users);
  }

  private Chain chain(String first, String namespace, World world) {
    return Chain.of(
        first,
        builtins,
        name ->
            world
                .resource(key(name, namespace), Template.class)
                .map(template -> Optional.ofNullable(template.getSpec().parent()).orElse("")));
  }

  @Override
  public Plan<NoStep> plan(Template resource, TemplateObserved observed) throws InvalidSpec {
    String last = observed.chain().names().getLast();
    return switch (observed.chain().end()) {
      case ROOT -> Plan.empty();
      case MISSING ->
          throw new InvalidSpec(
              "TemplateMissing",
              "spec.extends",
              "there is no template " + last + " in this namespace",
              "Add it, or name another one");
      case CIRCLE ->
          throw new InvalidSpec(
              "TemplateCircle",
              "spec.extends",
              "the templates build on each other in a circle: "
                  + String.join(" → ", observed.chain().names()),
              "Remove one of the extends");
    };
  }

  @Override
  public Plan<NoStep> planDeletion(Template resource, TemplateObserved observed) {
    return Plan.empty();
  }

  @Override
  public void execute(NoStep step, StepContext context) {
    switch (step) {
    }
  }

  @Override
  public Template.Status status(Template resource, TemplateObserved observed) {
    return new Template.Status(null, observed.chain().names(), observed.usedBy(), null);
  }

  @Override
  public boolean available(Template resource, TemplateObserved observed) {
    return observed.chain().end() == Chain.End.ROOT;
  }

  @Override
  public List<Known> known() {
    return List.of();
  }

  private static ResourceKey key(String name, String namespace) {
    return new ResourceKey(Template.KIND, namespace, name);
  }
}
