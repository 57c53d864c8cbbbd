package dev.pglet.server.place;

import java.util.List;

/**
 * What there is of the places that a server shall have.
 *
 * @param missing directories that are not there, or not the server's to write to
 * @param oldLogs names of log files that are kept no longer
 */
public record PlacesSeen(List<String> missing, List<String> oldLogs) {
  /** Nothing is asked for. */
  public static final PlacesSeen NONE = new PlacesSeen(List.of(), List.of());

  public PlacesSeen {
    missing = List.copyOf(missing);
    oldLogs = List.copyOf(oldLogs);
  }
}
