package dev.pglet.server.place;

import dev.pglet.reconcile.InvalidSpec;
import java.util.List;

/**
 * What there is of the places that a server shall have.
 *
 * @param problems why they cannot be its places, or it cannot run as its account
 * @param missing directories that are not there, not the server's to write to, or other ones than
 *     the server uses
 * @param oldLogs names of log files that are kept no longer
 */
public record PlacesSeen(List<InvalidSpec> problems, List<String> missing, List<String> oldLogs) {
  /** Nothing is asked for. */
  public static final PlacesSeen NONE = new PlacesSeen(List.of(), List.of(), List.of());

  public PlacesSeen {
    problems = List.copyOf(problems);
    missing = List.copyOf(missing);
    oldLogs = List.copyOf(oldLogs);
  }
}
