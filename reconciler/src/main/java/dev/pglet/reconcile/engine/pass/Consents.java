package dev.pglet.reconcile.engine.pass;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.Inventory;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Consent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The user's consent to destructive steps: the annotation {@code pglet.dev/confirm} with the id of
 * the plan. It is noted before the first of them and spent when none is left, so that a crash in
 * between needs no second one, and what was done is never done again by it.
 */
public final class Consents {
  private final Inventory inventory;
  private final ResourceTable table;

  public Consents(Inventory inventory, ResourceTable table) {
    this.inventory = requireNonNull(inventory, "inventory is null");
    this.table = requireNonNull(table, "table is null");
  }

  /**
   * The id of a plan's destructive steps: of those, the uid and the generation, the spec that asks
   * for them, and the data that are there. Empty when there are none.
   */
  public static Optional<String> planId(Sight sight, InventoryEntry entry) {
    Set<String> steps = destructive(sight.plan());
    return steps.isEmpty() ? Optional.empty() : Optional.of(id(steps, entry, sight.dataIdentity()));
  }

  /** Why the plan may not be run now; empty when it may. */
  Optional<Refused> refusal(Tracked tracked, Sight sight) throws HostUnavailable {
    if (tracked.deleting()) {
      return Optional.empty();
    }
    Plan<? extends Step> plan = sight.plan();
    Set<String> steps = destructive(plan);
    InventoryEntry entry = tracked.entry();
    Optional<Consent> inUse = entry.consent();
    if (steps.isEmpty()) {
      if (inUse.isPresent()) {
        remember(entry.spending(inUse.get()));
      }
      return Optional.empty();
    }
    if (inUse.isPresent() && covers(inUse.get(), steps, tracked)) {
      return Optional.empty();
    }
    String id = id(steps, entry, sight.dataIdentity());
    boolean spent = entry.spentConsents().contains(id);
    if (!spent && tracked.confirmed().filter(id::equals).isPresent()) {
      remember(entry.consenting(new Consent(id, steps, sight.dataIdentity())));
      return Optional.empty();
    }
    return Optional.of(refused(tracked, plan, id, spent));
  }

  /** What has been destroyed by it already is not there any more, so that is not asked again. */
  private static boolean covers(Consent consent, Set<String> steps, Tracked tracked) {
    return consent.steps().containsAll(steps)
        && tracked.confirmed().filter(consent.id()::equals).isPresent()
        && consent.id().equals(id(consent.steps(), tracked.entry(), consent.data()));
  }

  private void remember(InventoryEntry entry) throws HostUnavailable {
    inventory.put(entry);
    table.remember(entry);
  }

  private static Refused refused(
      Tracked tracked, Plan<? extends Step> plan, String id, boolean spent) {
    String what =
        plan.steps().stream()
            .filter(step -> step.risk() == Risk.DESTRUCTIVE)
            .map(Step::describe)
            .collect(Collectors.joining("; "));
    if (spent) {
      return new Refused(
          "ConsentSpent",
          "%s removes data again: %s. The consent %s was for once"
              .formatted(tracked.key(), what, id),
          "Change the spec so that data stays, or make the change anew for a new plan id");
    }
    return new Refused(
        "ConsentRequired",
        "%s removes data: %s. Nothing was done".formatted(tracked.key(), what),
        "See pglet diff %s; to consent: %s"
            .formatted(tracked.key(), Preview.consent(tracked.key(), id)));
  }

  private static Set<String> destructive(Plan<? extends Step> plan) {
    return plan.steps().stream()
        .filter(step -> step.risk() == Risk.DESTRUCTIVE)
        .map(step -> step.name() + " " + step)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String id(Set<String> steps, InventoryEntry entry, String data) {
    List<String> all =
        new ArrayList<>(
            List.of(
                entry.identity().uid(),
                Long.toString(entry.identity().generation()),
                entry.specHash(),
                data));
    all.addAll(new TreeSet<>(steps));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", all).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
