package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The spec cannot be. Terminal until the spec changes; the resource keeps what it has. */
public final class InvalidSpec extends ReconcileException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * @param field the path of the field, such as {@code spec.parameters.wrk_mem}; the engine adds
   *     file, line and column
   */
  public InvalidSpec(String reason, String field, String message, String remedy) {
    this(reason, field, message, remedy, null);
  }

  public InvalidSpec(
      String reason, String field, String message, String remedy, @Nullable Throwable cause) {
    super(reason, message, remedy, cause);
    this.field = requireNonNull(field, "field is null");
  }

  public String field() {
    return field;
  }
}
