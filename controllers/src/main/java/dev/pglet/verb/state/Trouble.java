package dev.pglet.verb.state;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.Conditions;
import dev.pglet.verb.NamedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A condition that is not as it should be. */
record Trouble(String type, String status, String reason, String message) {
  private static final Set<String> GOOD_WHEN_TRUE =
      Set.of(Conditions.AVAILABLE, Conditions.READY, Conditions.UP_TO_DATE);

  private static final Set<String> OF_RUNNING = Set.of(Conditions.AVAILABLE, Conditions.READY);

  /** All of a server, in the order of its status. */
  static List<Trouble> of(NamedServer server) {
    List<Trouble> troubles = new ArrayList<>();
    boolean down = meantToBeDown(server);
    for (JsonNode condition : server.status().path("conditions")) {
      String type = condition.path("type").asText();
      String status = condition.path("status").asText();
      boolean good = status.equals(goodWhenTrue(type) ? Conditions.TRUE : Conditions.FALSE);
      // Of a server that does not run, what only it could say is not known.
      boolean expected = down && (OF_RUNNING.contains(type) || status.equals(Conditions.UNKNOWN));
      if (!good && !expected) {
        troubles.add(
            new Trouble(
                type,
                status,
                condition.path("reason").asText(),
                condition.path("message").asText()));
      }
    }
    if (server.status().path("conditions").isEmpty()) {
      troubles.add(
          new Trouble(
              Conditions.READY, Conditions.UNKNOWN, "NotObserved", "nobody has looked at it yet"));
    }
    return troubles;
  }

  /** A kind's own condition names what is wrong, unless its name says that something is done. */
  private static boolean goodWhenTrue(String type) {
    return GOOD_WHEN_TRUE.contains(type) || type.endsWith("Applied") || type.endsWith("Ready");
  }

  /** Whether it does not run because it shall not. */
  static boolean meantToBeDown(NamedServer server) {
    String wanted = server.object().at("/spec/desiredState").asText();
    String phase = server.status().path("phase").asText();
    return !server.running()
        && (Set.of("Stopped", "Fenced").contains(wanted)
            || Set.of("Stopped", "Fenced", "Suspended").contains(phase));
  }

  @Override
  public String toString() {
    return "%s=%s  %s: %s".formatted(type, status, reason, message);
  }
}
