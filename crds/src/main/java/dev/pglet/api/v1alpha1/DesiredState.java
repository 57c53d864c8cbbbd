package dev.pglet.api.v1alpha1;

/** Whether the server shall run. Fenced: it is down, and its configuration is still converged. */
public enum DesiredState {
  Running,
  Stopped,
  Fenced
}
