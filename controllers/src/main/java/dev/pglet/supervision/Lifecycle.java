package dev.pglet.supervision;

import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.reconcile.InvalidSpec;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is asked of a server beside that it runs.
 *
 * @param fenced it is down, and its configuration is still converged
 * @param restart the id of a restart that is asked for, done or not
 * @param reload the id of a reload that is asked for, done or not
 * @param minFree how much space shall stay free
 */
public record Lifecycle(
    boolean fenced, Optional<String> restart, Optional<String> reload, MinFree minFree) {
  public static final Lifecycle NONE = new Lifecycle(false, Optional.empty(), Optional.empty());

  static final String RESTART = "pglet.dev/restart";
  static final String RELOAD = "pglet.dev/reload";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}");

  /** Of a server that no space is asked for. */
  public Lifecycle(boolean fenced, Optional<String> restart, Optional<String> reload) {
    this(fenced, restart, reload, MinFree.NONE);
  }

  /** With a space that shall stay free. */
  public Lifecycle keeping(MinFree newMinFree) {
    return new Lifecycle(fenced, restart, reload, newMinFree);
  }

  public static Lifecycle of(CustomResource<?, ?> resource, DesiredState desired) {
    Map<String, String> annotations = annotations(resource);
    return new Lifecycle(
        desired == DesiredState.Fenced,
        Optional.ofNullable(annotations.get(RESTART)),
        Optional.ofNullable(annotations.get(RELOAD)));
  }

  /** What is wrong with the ids of a resource. */
  public static List<InvalidSpec> check(CustomResource<?, ?> resource) {
    return of(resource, DesiredState.Running).check();
  }

  /** What is wrong with the ids. */
  public List<InvalidSpec> check() {
    List<InvalidSpec> problems = new ArrayList<>();
    check(RESTART, restart).ifPresent(problems::add);
    check(RELOAD, reload).ifPresent(problems::add);
    return problems;
  }

  private static Optional<InvalidSpec> check(String annotation, Optional<String> id) {
    return id.filter(text -> !ID.matcher(text).matches())
        .map(
            text ->
                new InvalidSpec(
                    "BadToken",
                    "metadata.annotations." + annotation,
                    "the annotation %s is no id".formatted(annotation),
                    "Write up to 64 letters, digits and any of ._:+- that were not used before, or use pglet "
                        + annotation.substring(annotation.indexOf('/') + 1)));
  }

  private static Map<String, String> annotations(CustomResource<?, ?> resource) {
    Map<String, String> annotations = resource.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }
}
