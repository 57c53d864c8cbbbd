package dev.pglet.reconcile.engine.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as Kubernetes writes them: in UTC, in whole seconds. */
public final class Rfc3339 {
  private Rfc3339() {}

  public static String seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
