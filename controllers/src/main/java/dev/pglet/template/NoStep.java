package dev.pglet.template;

import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;

/** The steps of a kind that makes nothing on the host: there are none. */
enum NoStep implements Step {
  ;

  @Override
  public String describe() {
    return name();
  }

  @Override
  public Risk risk() {
    return Risk.SAFE;
  }
}
