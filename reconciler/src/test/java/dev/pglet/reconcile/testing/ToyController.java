package dev.pglet.reconcile.testing;

import dev.pglet.api.meta.Conditions;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Operations.OperationRequest;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.Wait;
import dev.pglet.reconcile.World;
import dev.pglet.reconcile.testing.ToyHost.Box;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Builds, opens and paints boxes. */
final class ToyController implements Controller<Toy, ToyStatus, ToyController.Observed, ToyStep> {
  /**
   * What can be seen.
   *
   * @param onAvailable whether the box below is available; true when there is none to be
   * @param carries a box that stands on this one, if any
   * @param looks how often boxes were looked at; empty unless that is counted
   * @param contents what is in it
   * @param filling the operation that puts it in
   * @param answered what was asked of it by annotations and is done
   */
  record Observed(
      Optional<Box> box,
      boolean onAvailable,
      Optional<ResourceKey> carries,
      Optional<Integer> looks,
      Optional<String> contents,
      Optional<OperationState> filling,
      Map<String, String> answered) {}

  /** A colour that begins so is not painted for now. */
  private static final String LATER = "later-";

  private static final Duration FILLING = Duration.ofHours(1);

  private final ToyHost host;
  private final EngineContext context;

  ToyController(ToyHost host, EngineContext context) {
    this.host = host;
    this.context = context;
  }

  private static String operation(ResourceKey key) {
    return "fill-" + key.name();
  }

  @Override
  public Set<ResourceKey> dependencies(Toy toy) {
    return below(toy).map(Set::of).orElse(Set.of());
  }

  private static Optional<ResourceKey> below(Toy toy) {
    return Optional.ofNullable(toy.getSpec().on()).map(ToyProvider::key);
  }

  private static ResourceKey key(Toy toy) {
    return ToyProvider.key(toy.getMetadata().getName());
  }

  @Override
  public Observed observe(Toy toy, World world) throws ReconcileException {
    boolean ready =
        below(toy)
            .map(on -> Conditions.isTrue(world.conditions(on), Conditions.AVAILABLE))
            .orElse(true);
    Optional<ResourceKey> carries =
        world.keys(Toy.KIND).stream()
            .filter(
                other ->
                    world.resource(other, Toy.class).flatMap(ToyController::below).stream()
                        .anyMatch(key(toy)::equals))
            .findFirst();
    return new Observed(
        host.look(key(toy)),
        ready,
        carries,
        host.looks(),
        Optional.ofNullable(host.contents().get(key(toy))),
        context.operations().find(operation(key(toy))),
        host.answered().getOrDefault(key(toy), Map.of()));
  }

  @Override
  public Plan<ToyStep> plan(Toy toy, Observed observed) throws InvalidSpec {
    ToySpec spec = toy.getSpec();
    int size = Objects.requireNonNull(spec.size());
    String colour = Objects.requireNonNull(spec.colour());
    if (size > 100) {
      throw new InvalidSpec(
          "TooLarge", "spec.size", "size %d is over 100".formatted(size), "Choose a smaller one");
    }
    if (!observed.onAvailable()) {
      ResourceKey on = below(toy).orElseThrow();
      return Plan.waiting(Wait.on(on, "BelowNotAvailable", on + " is not available"));
    }
    if (observed.box().isEmpty()) {
      return new Plan<>(
          List.of(new ToyStep.Build(size, below(toy)), new ToyStep.Open()),
          Optional.empty(),
          List.of("the colour, once it is open"));
    }
    Box box = observed.box().get();
    if ("Stopped".equals(spec.desiredState())) {
      return box.open() ? Plan.of(List.of(new ToyStep.Close())) : Plan.empty();
    }
    List<ToyStep> steps = new ArrayList<>();
    if (box.size() != size) {
      steps.add(new ToyStep.Burn(box.size()));
      return Plan.of(steps);
    }
    String lid = Objects.requireNonNull(spec.lid());
    if (!box.lid().equals(lid)) {
      return Plan.of(List.of(new ToyStep.ChangeLid(lid), new ToyStep.Open()));
    }
    Optional<String> restart = asked(toy, observed, "restart");
    if (restart.isPresent()) {
      return Plan.of(List.of(new ToyStep.Restart(restart.get()), new ToyStep.Open()));
    }
    asked(toy, observed, "reload").map(ToyStep.Reload::new).ifPresent(steps::add);
    if (!box.open() || box.abandoned()) {
      steps.add(new ToyStep.Open());
    } else if (colour.startsWith(LATER)) {
      return new Plan<>(
          List.of(),
          Optional.empty(),
          List.of(),
          List.of(new ToyStep.Paint(colour.substring(LATER.length()))));
    } else if (!box.colour().equals(Optional.of(colour))) {
      steps.add(new ToyStep.Paint(colour));
    }
    return steps.isEmpty() ? fill(spec, observed) : Plan.of(steps);
  }

  private static Optional<String> asked(Toy toy, Observed observed, String request) {
    Map<String, String> annotations = toy.getMetadata().getAnnotations();
    return Optional.ofNullable(annotations)
        .map(all -> all.get("pglet.dev/" + request))
        .filter(id -> !id.equals(observed.answered().get(request)));
  }

  private static Plan<ToyStep> fill(ToySpec spec, Observed observed) {
    String wanted = spec.contents();
    if (observed.filling().isPresent()) {
      return switch (observed.filling().get()) {
        case OperationState.Running _ ->
            Plan.waiting(Wait.recheck("Filling", "it is being filled", FILLING));
        case OperationState.Succeeded _ -> Plan.of(List.of(new ToyStep.ForgetFilling("is in")));
        case OperationState.Interrupted _ ->
            Plan.of(List.of(new ToyStep.ForgetFilling("was interrupted")));
        case OperationState.Failed failed ->
            Plan.of(List.of(new ToyStep.ForgetFilling("failed: " + failed.message())));
      };
    }
    return wanted == null || observed.contents().equals(Optional.of(wanted))
        ? Plan.empty()
        : Plan.of(List.of(new ToyStep.StartFilling(wanted)));
  }

  private void startFilling(ResourceKey key, String contents) throws ReconcileException {
    CrashPoint point = host.point();
    context
        .operations()
        .start(
            new OperationRequest(
                operation(key), key, "Fill", Map.of("contents", contents), Set.of(), FILLING),
            _ -> {
              point.reach("before filling " + key);
              host.act("Fill", key, () -> host.fill(key, contents));
              point.reach("after filling " + key);
            });
  }

  @Override
  public Plan<ToyStep> planDeletion(Toy toy, Observed observed) {
    if (observed.carries().isPresent()) {
      ResourceKey above = observed.carries().get();
      return Plan.waiting(Wait.on(above, "Carries", above + " stands on it"));
    }
    if (observed.box().isEmpty() || observed.box().get().abandoned()) {
      return Plan.empty();
    }
    boolean keep = Objects.requireNonNull(toy.getSpec().keep());
    return Plan.of(
        List.of(keep ? new ToyStep.Abandon() : new ToyStep.Burn(observed.box().get().size())));
  }

  @Override
  public Plan<ToyStep> planDataDeletion(Toy toy, Observed observed) {
    return observed.box().isEmpty()
        ? Plan.empty()
        : Plan.of(List.of(new ToyStep.Burn(observed.box().get().size())));
  }

  @Override
  public void moveTo(Known known, String manifestRoot) {
    host.change(known.key(), host.box(known.key()).orElseThrow().belongingTo(manifestRoot));
  }

  @Override
  public void execute(ToyStep step, StepContext context) throws ReconcileException {
    ResourceKey key = context.key();
    if (step instanceof ToyStep.StartFilling start) {
      startFilling(key, start.contents());
      return;
    }
    if (step instanceof ToyStep.ForgetFilling) {
      this.context.operations().forget(operation(key));
      return;
    }
    Runnable effect =
        switch (step) {
          case ToyStep.Build build ->
              () ->
                  host.change(
                      key,
                      new Box(
                              context.identity().uid(),
                              context.manifestRoot(),
                              build.size(),
                              false,
                              Optional.empty(),
                              false)
                          .madeAs((int) host.count("Build " + key)));
          case ToyStep.Open open ->
              () -> host.change(key, host.box(key).orElseThrow().opened().owned(false));
          case ToyStep.Paint paint ->
              () -> host.change(key, host.box(key).orElseThrow().painted(paint.colour()));
          case ToyStep.ChangeLid change ->
              () -> host.change(key, host.box(key).orElseThrow().lidded(change.lid()));
          case ToyStep.Close close -> () -> host.change(key, host.box(key).orElseThrow().closed());
          case ToyStep.Restart restart ->
              () -> {
                host.change(key, host.box(key).orElseThrow().closed());
                host.answer(key, "restart", restart.id());
              };
          case ToyStep.Reload reload -> () -> host.answer(key, "reload", reload.id());
          case ToyStep.StartFilling start -> () -> {};
          case ToyStep.ForgetFilling forget -> () -> {};
          case ToyStep.Burn burn -> () -> host.steal(key);
          case ToyStep.Abandon abandon ->
              () -> host.change(key, host.box(key).orElseThrow().owned(true));
        };
    host.act(step.name(), key, effect);
  }

  @Override
  public ToyStatus status(Toy toy, Observed observed) {
    return observed
        .box()
        .map(
            box ->
                new ToyStatus(
                    box.open() ? "Open" : "Closed",
                    box.size(),
                    box.colour().orElse(null),
                    observed.answered().get("restart"),
                    observed.answered().get("reload"),
                    observed.looks().orElse(null)))
        .orElse(new ToyStatus("Absent", null, null, null, null, null));
  }

  @Override
  public Set<String> volatileFields() {
    return Set.of("/looks");
  }

  @Override
  public Set<String> alerts() {
    return Set.of("PaintPending");
  }

  @Override
  public List<KindCondition> conditions(Toy toy, Observed observed) {
    String colour = Objects.requireNonNull(toy.getSpec().colour());
    return colour.startsWith(LATER)
        ? List.of(KindCondition.yes("PaintPending", "Later", "it is painted later"))
        : List.of();
  }

  @Override
  public String dataIdentity(Toy toy, Observed observed) {
    return observed.box().map(box -> "box " + box.made()).orElse("");
  }

  @Override
  public boolean available(Toy toy, Observed observed) {
    return observed.box().filter(Box::open).isPresent();
  }

  @Override
  public boolean keeps(ResourceKey key) throws ReconcileException {
    return host.keeps(key);
  }

  @Override
  public List<String> cleanup() throws ReconcileException {
    List<String> removed = new ArrayList<>();
    for (ResourceKey key : host.boxes().keySet()) {
      host.point().reach("before removing " + key);
      host.act("Burn", key, () -> host.steal(key));
      host.point().reach("after removing " + key);
      removed.add(key + ": removed");
    }
    return removed;
  }

  @Override
  public List<Known> known() {
    return host.boxes().entrySet().stream()
        .map(
            entry ->
                new Known(
                    entry.getKey(),
                    entry.getValue().uid(),
                    entry.getValue().root(),
                    entry.getValue().abandoned(),
                    "shelf/" + entry.getKey().name()))
        .toList();
  }
}
