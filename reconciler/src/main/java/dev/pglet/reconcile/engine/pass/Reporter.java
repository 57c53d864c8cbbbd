package dev.pglet.reconcile.engine.pass;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.Conditions;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.edit.VolatileFields;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.engine.store.ApiObjects;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.state.ConditionMemory;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.EventLog;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where a status is made: in memory while steps are run, in the file too when the
 * pass has ended. Not written when nothing changed. Thread-safe for different keys.
 */
public final class Reporter {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final Duration SOON = Duration.ofMillis(500);
  private static final int LONGEST = 7; // doublings: about a minute

  private final ResourceTable table;
  private final ManifestSource manifests;
  private final ConditionMemory memory;
  private final EventLog events;
  private final InstantSource clock;
  private final EngineListener listener;
  private final Function<ResourceKey, Optional<PruneBlock>> pruneBlocks;
  private final Wakeups wakeups;
  private final Map<ResourceKey, String> unwritable = new ConcurrentHashMap<>();
  private final Map<ResourceKey, String> forgotten = new ConcurrentHashMap<>();
  private final Map<ResourceKey, Integer> drops = new ConcurrentHashMap<>();

  public Reporter(
      ResourceTable table,
      ManifestSource manifests,
      ConditionMemory memory,
      EventLog events,
      InstantSource clock,
      EngineListener listener,
      Function<ResourceKey, Optional<PruneBlock>> pruneBlocks,
      Wakeups wakeups) {
    this.table = requireNonNull(table, "table is null");
    this.manifests = requireNonNull(manifests, "manifests is null");
    this.memory = requireNonNull(memory, "memory is null");
    this.events = requireNonNull(events, "events is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.listener = requireNonNull(listener, "listener is null");
    this.pruneBlocks = requireNonNull(pruneBlocks, "pruneBlocks is null");
    this.wakeups = requireNonNull(wakeups, "wakeups is null");
  }

  /** Steps are about to be run: whoever watches sees it, the file does not change. */
  void progress(Kind<?, ?, ?, ?> kind, Tracked tracked, Sight sight) {
    publish(tracked, Optional.of(sight), Optional.empty(), kind.alerts());
  }

  /** Somebody only looks: nothing is written, and nobody is woken. */
  public void look(Tracked tracked, Optional<Sight> sight, Outcome outcome) {
    publish(tracked, sight, Optional.of(outcome), Set.of());
  }

  /** The pass has ended. */
  void finish(Kind<?, ?, ?, ?> kind, Tracked tracked, Optional<Sight> sight, Outcome outcome) {
    List<Condition> before = lastReported(tracked);
    ObjectNode status = publish(tracked, sight, Optional.of(outcome), kind.alerts());
    List<Condition> after = table.conditions(tracked.key());
    if (!after.equals(before)) {
      remember(tracked, after);
    }
    write(tracked.key(), status, kind.volatileFields());
  }

  private void tellAlert(
      ResourceKey key, String type, List<Condition> before, List<Condition> after) {
    boolean was = Conditions.isTrue(before, type);
    Optional<Condition> now = Conditions.find(after, type);
    if (now.isPresent() && was != Conditions.isTrue(after, type)) {
      events.add(
          key,
          was ? Event.Type.NORMAL : Event.Type.WARNING,
          type,
          was ? "no longer: " + now.get().getReason() : now.get().getMessage());
    }
  }

  /** The resource is gone. */
  void forget(Tracked tracked) {
    drops.remove(tracked.key());
    unwritable.remove(tracked.key());
    forgotten.remove(tracked.key());
    try {
      memory.forget(tracked.entry().identity().uid());
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("key", tracked.key())
          .setCause(e)
          .log("conditions are not forgotten");
    }
  }

  private ObjectNode publish(
      Tracked tracked, Optional<Sight> sight, Optional<Outcome> outcome, Set<String> alerts) {
    List<Condition> before = table.conditions(tracked.key());
    List<Condition> reported = lastReported(tracked);
    List<Condition> after =
        new ConditionsOf(
                tracked,
                sight,
                outcome,
                pruneBlocks.apply(tracked.key()),
                table.notInForce(tracked.key()),
                error -> explain(table, tracked, error))
            .list(reported, clock.instant());
    ObjectNode status =
        sight.map(seen -> seen.status().deepCopy()).orElseGet(() -> lastStatus(tracked.key()));
    status.remove("conditions");
    status.put("observedGeneration", tracked.entry().identity().generation());
    status.set("conditions", ApiObjects.json(after));
    table.report(tracked.key(), status, after);
    tellChanges(tracked.key(), before, after);
    alerts.forEach(type -> tellAlert(tracked.key(), type, reported, after));
    return status;
  }

  /** Before the first pass of this process, those that the last one reported. */
  private List<Condition> lastReported(Tracked tracked) {
    List<Condition> conditions = table.conditions(tracked.key());
    if (!conditions.isEmpty()) {
      return conditions;
    }
    try {
      return memory.read(tracked.entry().identity().uid());
    } catch (Refused | HostUnavailable e) {
      tellForgotten(tracked.key(), e);
      return List.of();
    }
  }

  /**
   * What cannot be seen now was so when it was last seen; the conditions say that it is unknown.
   */
  private ObjectNode lastStatus(ResourceKey key) {
    return table
        .find(key)
        .flatMap(Tracked::status)
        .map(ObjectNode::deepCopy)
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private void tellChanges(ResourceKey key, List<Condition> before, List<Condition> after) {
    List<Condition> changed =
        after.stream()
            .filter(condition -> !same(Conditions.find(before, condition.getType()), condition))
            .toList();
    if (changed.isEmpty()) {
      return;
    }
    changed.forEach(condition -> listener.conditionChanged(key, condition));
    wakeups.conditionsChanged(
        key,
        Conditions.isTrue(changed, Conditions.AVAILABLE)
            && !Conditions.isTrue(before, Conditions.AVAILABLE));
  }

  private static boolean same(Optional<Condition> before, Condition after) {
    return before
        .filter(old -> old.getStatus().equals(after.getStatus()))
        .filter(old -> old.getReason().equals(after.getReason()))
        .isPresent();
  }

  /** The message of an error, and where in the manifests it comes from. */
  public static String explain(ResourceTable table, Tracked tracked, ReconcileException error) {
    List<? extends ReconcileException> all =
        error instanceof InvalidSpec invalid ? invalid.all() : List.of(error);
    return all.stream()
        .map(each -> located(tracked.manifest(), each) + rival(table, each))
        .collect(Collectors.joining("; "));
  }

  private static String located(Optional<Manifest> manifest, ReconcileException error) {
    return manifest.isEmpty() || error.field().isEmpty()
        ? error.explain()
        : manifest.get().problem(error.field(), error.explain()).toString();
  }

  /**
   * The message of one error without its own place, and the place of what it is in conflict with.
   */
  public static String withRival(ResourceTable table, ReconcileException error) {
    return error.explain() + rival(table, error);
  }

  private static String rival(ResourceTable table, ReconcileException error) {
    return error
        .rival()
        .flatMap(table::find)
        .flatMap(Tracked::manifest)
        .map(other -> other.problem(error.field(), "that of " + other.key()))
        .map(place -> " (" + place + ")")
        .orElse("");
  }

  private void remember(Tracked tracked, List<Condition> conditions) {
    try {
      memory.write(tracked.entry().identity().uid(), conditions);
      forgotten.remove(tracked.key());
    } catch (IOException e) {
      tellForgotten(tracked.key(), e);
    }
  }

  /** Once for a reason: each pass that changes a condition meets it again. */
  private void tellForgotten(ResourceKey key, Exception e) {
    String why = String.valueOf(e.getMessage());
    if (!why.equals(forgotten.put(key, why))) {
      LOG.atWarn()
          .addKeyValue("key", key)
          .setCause(e)
          .log("conditions are not remembered over a restart");
    }
  }

  /**
   * A file that stays as it is not to be written, such as one that is rejected, is asked less and
   * less.
   */
  private void write(ResourceKey key, ObjectNode status, VolatileFields unimportant) {
    if (table.find(key).flatMap(Tracked::manifest).isEmpty()) {
      return;
    }
    try {
      switch (manifests.writeStatus(key, status, unimportant)) {
        case WRITTEN, EQUAL -> {
          unwritable.remove(key);
          drops.remove(key);
        }
        case DROPPED -> {
          int before = drops.merge(key, 1, Integer::sum) - 1;
          wakeups.rescanThenRetry(key, SOON.multipliedBy(1L << Math.min(before, LONGEST)));
        }
      }
    } catch (IOException | ManifestRejected e) {
      tellUnwritable(key, e);
    }
  }

  /** Once: everything else works, and the status is tried again with its next change. */
  private void tellUnwritable(ResourceKey key, Exception e) {
    String why = String.valueOf(e.getMessage());
    if (why.equals(unwritable.put(key, why))) {
      return;
    }
    LOG.atWarn().addKeyValue("key", key).setCause(e).log("the status is not written");
    events.add(
        key,
        Event.Type.WARNING,
        "StatusNotWritten",
        "the status of %s is not written; everything else works. %s%s"
            .formatted(
                key,
                why,
                e instanceof IOException
                    ? ". Let pglet's account write there, or write statuses elsewhere: the setting"
                        + " status.mode, sidecar or none"
                    : ""));
  }
}
