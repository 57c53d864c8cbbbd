package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import org.jspecify.annotations.Nullable;

/** Why a request was not done: becomes a Kubernetes {@code Status}. */
public final class ApiError extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;
  private final String causeReason;
  private final String field;

  /**
   * @param code the HTTP status
   * @param reason Kubernetes' reason for that status, such as {@code NotFound}
   */
  public ApiError(int code, String reason, String message) {
    this(code, reason, message, "", "", null);
  }

  private ApiError(
      int code,
      String reason,
      String message,
      String causeReason,
      String field,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
    this.causeReason = causeReason;
    this.field = field;
  }

  /**
   * A refusal by policy is 403 and never 409: clients answer 409 by trying again, and some by
   * deleting and creating anew.
   */
  public static ApiError of(ReconcileException e) {
    return switch (e) {
      case InvalidSpec invalid ->
          new ApiError(422, "Invalid", e.explain(), e.reason(), invalid.field(), e);
      case Refused refused -> new ApiError(403, "Forbidden", e.explain(), e.reason(), "", refused);
      case DependencyNotReady waiting ->
          new ApiError(503, "ServiceUnavailable", e.explain(), e.reason(), "", waiting);
      case HostUnavailable host ->
          new ApiError(503, "ServiceUnavailable", e.explain(), e.reason(), "", host);
      case StepFailed failed ->
          new ApiError(500, "InternalError", e.explain(), e.reason(), "", failed);
    };
  }

  public static ApiError badRequest(String message) {
    return new ApiError(400, "BadRequest", message);
  }

  public int code() {
    return code;
  }

  /** The Kubernetes object that tells a client. */
  public ObjectNode status() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", getMessage());
    status.put("reason", reason).put("code", code);
    if (!causeReason.isEmpty()) {
      ObjectNode cause = status.putObject("details").putArray("causes").addObject();
      cause.put("reason", causeReason).put("message", getMessage());
      if (!field.isEmpty()) {
        cause.put("field", field);
      }
    }
    return status;
  }
}
