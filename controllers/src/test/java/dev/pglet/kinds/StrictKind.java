package dev.pglet.kinds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.World;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A real kind over data that is only a record of it. Stricter than the real controllers: whatever
 * could be a part of the data, when it changes, has the data made anew; a deletion by the policy
 * Delete drops it.
 */
final class StrictKind<R extends CustomResource<?, T>, T> implements KindProvider {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Set<String> NEVER_DATA =
      Set.of("parameters", "network", "desiredState", "deletionPolicy");

  private final CrdDefinition crd;
  private final Class<T> status;
  private final Map<ResourceKey, Data> data = new ConcurrentHashMap<>();
  private final List<Done> done = new CopyOnWriteArrayList<>();

  StrictKind(CrdDefinition crd, Class<T> status) {
    this.crd = crd;
    this.status = status;
  }

  /** What there is of a resource. */
  record Data(String uid, String root, ObjectNode spec, boolean retained) {}

  /** A step that was executed. */
  record Done(ResourceKey key, StrictStep step) {}

  /** What can be done to data. */
  sealed interface StrictStep extends Step {
    @Override
    default String describe() {
      return toString();
    }

    @Override
    default Risk risk() {
      return Risk.SAFE;
    }
  }

  record Make() implements StrictStep {}

  record Adjust(ObjectNode spec) implements StrictStep {}

  record Keep() implements StrictStep {}

  record Drop() implements StrictStep {
    @Override
    public Risk risk() {
      return Risk.DESTRUCTIVE;
    }
  }

  Map<ResourceKey, Data> data() {
    return Map.copyOf(data);
  }

  List<Done> done() {
    return List.copyOf(done);
  }

  void forgetDone() {
    done.clear();
  }

  @Override
  public CrdDefinition crd() {
    return crd;
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) {
    return new StrictController();
  }

  @Override
  public List<Command> commands() {
    return List.of();
  }

  private final class StrictController implements Controller<R, T, Optional<Data>, StrictStep> {
    @Override
    public Set<ResourceKey> dependencies(R resource) {
      return Set.of();
    }

    @Override
    public Optional<Data> observe(R resource, World world) {
      return Optional.ofNullable(data.get(key(resource)));
    }

    @Override
    public Plan<StrictStep> plan(R resource, Optional<Data> observed) {
      ObjectNode spec = spec(resource);
      if (observed.isEmpty()) {
        return Plan.of(List.of(new Make()));
      }
      if (!fixed(spec).equals(fixed(observed.get().spec()))) {
        return Plan.of(List.of(new Drop()));
      }
      return observed.get().retained() || !spec.equals(observed.get().spec())
          ? Plan.of(List.of(new Adjust(spec)))
          : Plan.empty();
    }

    @Override
    public Plan<StrictStep> planDeletion(R resource, Optional<Data> observed) {
      if (observed.isEmpty() || observed.get().retained()) {
        return Plan.empty();
      }
      boolean delete = spec(resource).path("deletionPolicy").asText().equals("Delete");
      return Plan.of(List.of(delete ? new Drop() : new Keep()));
    }

    @Override
    public void execute(StrictStep step, StepContext context) {
      ResourceKey key = context.key();
      done.add(new Done(key, step));
      switch (step) {
        case Make _ ->
            data.put(
                key,
                new Data(
                    context.identity().uid(),
                    context.manifestRoot(),
                    spec(context.resource(type())),
                    false));
        case Adjust adjust ->
            data.computeIfPresent(
                key, (_, old) -> new Data(old.uid(), old.root(), adjust.spec(), false));
        case Keep _ ->
            data.computeIfPresent(
                key, (_, old) -> new Data(old.uid(), old.root(), old.spec(), true));
        case Drop _ -> data.remove(key);
      }
    }

    @SuppressWarnings("unchecked") // the definition is that of the kind
    private Class<R> type() {
      return (Class<R>) crd.type();
    }

    @Override
    public T status(R resource, Optional<Data> observed) {
      try {
        return JSON.readValue("{}", status);
      } catch (JsonProcessingException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public boolean available(R resource, Optional<Data> observed) {
      return observed.isPresent();
    }

    @Override
    public List<Known> known() {
      return data.entrySet().stream()
          .map(
              entry ->
                  new Known(
                      entry.getKey(),
                      entry.getValue().uid(),
                      entry.getValue().root(),
                      entry.getValue().retained(),
                      "data of " + entry.getKey()))
          .toList();
    }
  }

  private ResourceKey key(R resource) {
    return new ResourceKey(
        crd.kind(), resource.getMetadata().getNamespace(), resource.getMetadata().getName());
  }

  private ObjectNode spec(R resource) {
    return JSON.valueToTree(resource.getSpec());
  }

  private static ObjectNode fixed(ObjectNode spec) {
    return spec.deepCopy().without(NEVER_DATA);
  }
}
