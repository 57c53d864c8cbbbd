package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/**
 * When changes that need a restart of the running server may restart it.
 *
 * @param window times such as {@code Sun 02:00-06:00 Europe/Berlin}; see the documentation
 */
public record UpdateSpec(
    @JsonPropertyDescription(
            "Auto: at once; Manual: not before the annotation pglet.dev/restart asks for it; Window: in the times of window. A server that is down is started in any case. Default Auto. Change: nothing on the server.")
        Restart restart,
    @JsonPropertyDescription(
            "For Window: times such as \"Sun 02:00-06:00\", \"Mon-Fri 22:00-04:00 Europe/Berlin\" or \"03:00-04:00\" (every day), in UTC where no time zone is written. Change: nothing on the server.")
        List<String> window) {
  public static final UpdateSpec DEFAULT = new UpdateSpec(Restart.Auto, List.of());

  public UpdateSpec {
    restart = restart == null ? Restart.Auto : restart;
    window = window == null ? List.of() : List.copyOf(window);
  }

  /** Who says when a running server is restarted. */
  public enum Restart {
    Auto,
    Manual,
    Window
  }
}
