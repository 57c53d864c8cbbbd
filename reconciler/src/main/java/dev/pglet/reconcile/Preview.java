package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a pass would do. Nothing of it was done.
 *
 * @param created nothing of that name was accepted before
 * @param deleting it is about a deletion
 * @param paused its steps wait until the user resumes it
 * @param differences of the wanted spec, labels and annotations from those in force
 * @param steps of the first stage of the plan
 * @param planId the consent that the destructive steps need as {@code pglet.dev/confirm}; empty
 *     when none does
 * @param awaiting for people: what is waited for when the steps are done
 * @param beyond what cannot be seen yet
 * @param deferred steps that a policy of the spec holds back for now
 * @param problems why it cannot go on, each with what to do
 * @param upToDate nothing is left to do, or to wait for but that time passes
 */
public record Preview(
    ResourceKey key,
    boolean created,
    boolean deleting,
    boolean paused,
    List<Difference> differences,
    List<PlannedStep> steps,
    Optional<String> planId,
    Optional<String> awaiting,
    List<String> beyond,
    List<PlannedStep> deferred,
    List<Problem> problems,
    boolean upToDate) {
  /** The annotation that consents to destructive steps. */
  public static final String CONFIRM = "pglet.dev/confirm";

  /** The command by which a user consents to a plan; it takes the place of an older consent. */
  public static String consent(ResourceKey key, String planId) {
    return "pglet annotate --overwrite %s %s=%s".formatted(key, CONFIRM, planId);
  }

  /**
   * One field that changes, in words for people: a secret is not among them.
   *
   * @param before empty when the field was not written
   * @param after empty when it is not written any more
   */
  public record Difference(String field, Optional<String> before, Optional<String> after) {}

  /** One step, in the words for people. */
  public record PlannedStep(String name, String describe, Risk risk) {}

  /**
   * Something that is in the way.
   *
   * @param field of the document; empty when none is to blame
   * @param message what is wrong, and what to do
   */
  public record Problem(String field, String message) {}

  public Preview {
    requireNonNull(key, "key is null");
    differences = List.copyOf(differences);
    steps = List.copyOf(steps);
    beyond = List.copyOf(beyond);
    deferred = List.copyOf(deferred);
    problems = List.copyOf(problems);
  }

  /** Whether the resource differs from what is wanted, or cannot be compared. */
  public boolean differs() {
    return created || !differences.isEmpty() || !upToDate || !problems.isEmpty();
  }

  /** As the API gives it: an object of the kind {@code Plan}. */
  public ObjectNode json() {
    ObjectNode plan = JsonNodeFactory.instance.objectNode();
    plan.put("kind", "Plan").put("apiVersion", "pglet/v1");
    plan.putObject("metadata").put("namespace", key.namespace()).put("name", key.name());
    plan.put("of", key.kind());
    plan.put("created", created).put("deleting", deleting).put("paused", paused);
    plan.put("upToDate", upToDate);
    ArrayNode changes = plan.putArray("differences");
    for (Difference difference : differences) {
      ObjectNode change = changes.addObject().put("field", difference.field());
      difference.before().ifPresent(text -> change.put("before", text));
      difference.after().ifPresent(text -> change.put("after", text));
    }
    write(steps, plan.putArray("steps"));
    write(deferred, plan.putArray("deferred"));
    planId.ifPresent(id -> plan.put("planId", id));
    awaiting.ifPresent(wait -> plan.put("awaiting", wait));
    beyond.forEach(plan.putArray("beyond")::add);
    ArrayNode obstacles = plan.putArray("problems");
    for (Problem problem : problems) {
      obstacles.addObject().put("field", problem.field()).put("message", problem.message());
    }
    return plan;
  }

  private static void write(List<PlannedStep> steps, ArrayNode array) {
    for (PlannedStep step : steps) {
      array
          .addObject()
          .put("name", step.name())
          .put("description", step.describe())
          .put("risk", step.risk().name());
    }
  }

  private static List<PlannedStep> steps(JsonNode array) {
    List<PlannedStep> steps = new ArrayList<>();
    for (JsonNode step : array) {
      steps.add(
          new PlannedStep(
              step.path("name").asText(),
              step.path("description").asText(),
              Risk.valueOf(step.path("risk").asText())));
    }
    return steps;
  }

  /** Reads what {@link #json} has written. */
  public static Preview of(JsonNode plan) {
    List<Difference> differences = new ArrayList<>();
    for (JsonNode change : plan.path("differences")) {
      differences.add(
          new Difference(
              change.path("field").asText(), text(change, "before"), text(change, "after")));
    }
    List<String> beyond = new ArrayList<>();
    plan.path("beyond").forEach(line -> beyond.add(line.asText()));
    List<Problem> problems = new ArrayList<>();
    for (JsonNode problem : plan.path("problems")) {
      problems.add(new Problem(problem.path("field").asText(), problem.path("message").asText()));
    }
    return new Preview(
        new ResourceKey(
            plan.path("of").asText(),
            plan.at("/metadata/namespace").asText(),
            plan.at("/metadata/name").asText()),
        plan.path("created").asBoolean(),
        plan.path("deleting").asBoolean(),
        plan.path("paused").asBoolean(),
        differences,
        steps(plan.path("steps")),
        text(plan, "planId"),
        text(plan, "awaiting"),
        beyond,
        steps(plan.path("deferred")),
        problems,
        plan.path("upToDate").asBoolean());
  }

  private static Optional<String> text(JsonNode object, String field) {
    return object.hasNonNull(field) ? Optional.of(object.path(field).asText()) : Optional.empty();
  }
}
