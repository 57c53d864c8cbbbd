package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a pass could not go on. The message says the thing, the place and what is wrong; the remedy
 * says what to do. Conditions are built from those, never from a stranger's message.
 */
public abstract sealed class ReconcileException extends Exception
    permits InvalidSpec, DependencyNotReady, HostUnavailable, StepFailed, Refused {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String remedy;
  private String field = "";
  private @Nullable ResourceKey rival;

  ReconcileException(String reason, String message, String remedy, @Nullable Throwable cause) {
    super(requireNonNull(message, "message is null"), cause);
    this.reason = requireNonNull(reason, "reason is null");
    this.remedy = requireNonNull(remedy, "remedy is null");
  }

  /** CamelCase. */
  public String reason() {
    return reason;
  }

  /** What the user can do, or that nothing needs to be done, as a sentence; never empty. */
  public String remedy() {
    return remedy;
  }

  /**
   * The path of the field of the manifest that is to blame, such as {@code spec.network.port}; the
   * engine adds file, line and column. Empty when it is no field's fault.
   */
  public String field() {
    return field;
  }

  /** The other resource that wants the same, when the error is a conflict of two. */
  public Optional<ResourceKey> rival() {
    return Optional.ofNullable(rival);
  }

  final void opposes(ResourceKey key) {
    rival = requireNonNull(key, "key is null");
  }

  final void blame(String path) {
    field = requireNonNull(path, "field is null");
  }

  /** Message and remedy in one line. */
  public String explain() {
    return getMessage() + ". " + remedy;
  }

  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage());
  }
}
