package dev.pglet.server.place;

import dev.pglet.reconcile.InvalidSpec;
import java.util.List;

/**
 * What there is of the places that a server shall have.
 *
 * @param problems why they cannot be its places, or it cannot run as its account
 * @param accountRefused whether the latter: then another one may have its name, and get in
 * @param missing directories that are not there, not the server's to write to, or other ones than
 *     the server uses
 * @param oldLogs names of log files that are kept no longer
 */
public record PlacesSeen(
    List<InvalidSpec> problems,
    List<String> missing,
    List<String> oldLogs,
    boolean accountRefused) {
  /** Nothing is asked for. */
  public static final PlacesSeen NONE = new PlacesSeen(List.of(), List.of(), List.of());

  public PlacesSeen {
    problems = List.copyOf(problems);
    missing = List.copyOf(missing);
    oldLogs = List.copyOf(oldLogs);
  }

  /** Its account is as it shall be. */
  public PlacesSeen(List<InvalidSpec> problems, List<String> missing, List<String> oldLogs) {
    this(problems, missing, oldLogs, false);
  }

  /** With what is to be said of its account, or of the places when that is nothing. */
  public PlacesSeen by(List<InvalidSpec> ofAccount) {
    return ofAccount.isEmpty() ? this : new PlacesSeen(ofAccount, missing, oldLogs, true);
  }
}
