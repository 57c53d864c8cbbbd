package dev.pglet.reconcile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The spec cannot be. Terminal until the spec changes; the resource keeps what it has. */
public final class InvalidSpec extends ReconcileException {
  private static final long serialVersionUID = 1L;

  private final List<InvalidSpec> others = new ArrayList<>();

  /**
   * One thing that is wrong.
   *
   * @param field the path of the field, such as {@code spec.parameters.wrk_mem}; the engine adds
   *     file, line and column
   */
  public InvalidSpec(String reason, String field, String message, String remedy) {
    this(reason, field, message, remedy, null);
  }

  public InvalidSpec(
      String reason, String field, String message, String remedy, @Nullable Throwable cause) {
    super(reason, message, remedy, cause);
    blame(field);
  }

  /**
   * Does nothing for an empty list.
   *
   * @throws InvalidSpec the first, which knows of the others, so that people hear of all of them at
   *     once
   */
  public static void throwAll(List<InvalidSpec> problems) throws InvalidSpec {
    if (!problems.isEmpty()) {
      throw together(problems);
    }
  }

  /** The first of some, which knows of the others. */
  public static InvalidSpec together(List<InvalidSpec> problems) {
    InvalidSpec first = problems.getFirst();
    first.others.addAll(problems.subList(1, problems.size()));
    return first;
  }

  /** This one, and what else is wrong with the same spec. */
  public List<InvalidSpec> all() {
    List<InvalidSpec> all = new ArrayList<>();
    all.add(this);
    all.addAll(others);
    return all;
  }
}
