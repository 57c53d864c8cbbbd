package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import java.util.Optional;

/** Why a request was not done: becomes a Kubernetes {@code Status}. */
public final class ApiError extends Exception {
  private static final long serialVersionUID = 1L;

  /** The reason of the cause that says what to do. */
  private static final String REMEDY = "Remedy";

  private final int code;
  private final String reason;
  private final transient Optional<ReconcileException> error;

  /**
   * @param code the HTTP status
   * @param reason Kubernetes' reason for that status, such as {@code NotFound}
   */
  public ApiError(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.error = Optional.empty();
  }

  private ApiError(int code, String reason, ReconcileException error) {
    super(error.explain(), error);
    this.code = code;
    this.reason = reason;
    this.error = Optional.of(error);
  }

  /**
   * A refusal by policy is 403 and never 409: clients answer 409 by trying again, and some by
   * deleting and creating anew.
   */
  public static ApiError of(ReconcileException e) {
    return switch (e) {
      case InvalidSpec invalid -> new ApiError(422, "Invalid", invalid);
      case Refused refused -> new ApiError(403, "Forbidden", refused);
      case DependencyNotReady waiting -> new ApiError(503, "ServiceUnavailable", waiting);
      case HostUnavailable host -> new ApiError(503, "ServiceUnavailable", host);
      case StepFailed failed -> new ApiError(500, "InternalError", failed);
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
    if (error.isPresent()) {
      ArrayNode causes = status.putObject("details").putArray("causes");
      ObjectNode cause = causes.addObject();
      cause.put("reason", error.get().reason()).put("message", error.get().getMessage());
      if (!error.get().field().isEmpty()) {
        cause.put("field", error.get().field());
      }
      causes.addObject().put("reason", REMEDY).put("message", error.get().remedy());
    }
    return status;
  }
}
