package dev.pglet.api.v1alpha1;

/** Whether the server shall run. */
public enum DesiredState {
  Running,
  Stopped
}
