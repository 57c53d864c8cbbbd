package dev.pglet.server.place;

import dev.pglet.host.account.Reachability;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.postgres.CollectedLog;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The directories of a server on this host. Stateless. */
public final class PlaceFiles {
  static final String MODE = "rwx------";

  private static final List<String> FACTS =
      List.of(Places.DATA_FACT, Places.WAL_FACT, Places.LOG_FACT, Places.ARCHIVE_FACT);

  /** Directories that the server has used, with blanks between: a path of a spec has none. */
  private static final String FORMER_FACT = "formerDirectories";

  private final ServerAccount account;

  public PlaceFiles(ServerAccount account) {
    this.account = account;
  }

  /** The directories outside its volume that a server has. */
  public static List<Path> directories(Volume volume) {
    return FACTS.stream()
        .map(volume.marker()::fact)
        .filter(Objects::nonNull)
        .map(Path::of)
        .toList();
  }

  /** Directories for logs and archives that the server has used at some time: it may go back. */
  static Set<String> former(VolumeMarker marker) {
    String fact = marker.fact(FORMER_FACT);
    return fact == null ? Set.of() : Set.of(fact.split(" ", -1));
  }

  /**
   * Looks at what there is. Changes nothing.
   *
   * @param problems why they cannot be the server's
   */
  public PlacesSeen observe(Places wanted, List<InvalidSpec> problems, Volume volume, Instant now)
      throws IOException {
    List<String> missing = new ArrayList<>();
    List<String> oldLogs = List.of();
    Optional<Path> logs = wanted.logs(volume);
    if (logs.isPresent()) {
      if (!isAccounts(logs.get())) {
        missing.add(logs.get().toString());
      } else {
        oldLogs =
            CollectedLog.olderThan(
                logs.get(), now.minus(wanted.collector().orElseThrow().retention()));
      }
    }
    // An archive that is gone is not made anew: its file system may not be mounted, and what is
    // archived meanwhile would be hidden behind it. PostgreSQL keeps its WAL until it is back.
    if (wanted.archive().isPresent()
        && !isAccounts(wanted.archive().get())
        && !isGone(volume.marker(), wanted.archive().get())) {
      missing.add(wanted.archive().get().toString());
    }
    changed(volume.marker(), Places.LOG_FACT, wanted.logs()).ifPresent(missing::add);
    changed(volume.marker(), Places.ARCHIVE_FACT, wanted.archive()).ifPresent(missing::add);
    return new PlacesSeen(problems, missing.stream().distinct().toList(), oldLogs);
  }

  private static boolean isGone(VolumeMarker marker, Path archive) {
    return archive.toString().equals(marker.fact(Places.ARCHIVE_FACT))
        && Files.notExists(archive, LinkOption.NOFOLLOW_LINKS);
  }

  private static Optional<String> changed(VolumeMarker marker, String fact, Optional<Path> wanted) {
    Optional<String> is = Optional.ofNullable(marker.fact(fact));
    return is.equals(wanted.map(Path::toString))
        ? Optional.empty()
        : Optional.of(wanted.map(Path::toString).orElse("none in place of " + is.orElse("")));
  }

  /**
   * Makes what is missing, but for data and WAL. Idempotent.
   *
   * @return the facts of the marker from now on
   */
  public Map<String, String> make(Places wanted, Volume volume) throws IOException, Refused {
    Optional<Path> logs = wanted.logs(volume);
    if (logs.isPresent()) {
      make(logs.get());
    }
    if (wanted.archive().isPresent() && !isGone(volume.marker(), wanted.archive().get())) {
      make(wanted.archive().get());
    }
    Map<String, String> facts = new HashMap<>(volume.marker().facts());
    Set<String> former = new TreeSet<>(former(volume.marker()));
    for (String fact : List.of(Places.LOG_FACT, Places.ARCHIVE_FACT)) {
      String was = facts.remove(fact);
      if (was != null) {
        former.add(was);
      }
    }
    if (!former.isEmpty()) {
      facts.put(FORMER_FACT, String.join(" ", former));
    }
    wanted.logs().ifPresent(directory -> facts.put(Places.LOG_FACT, directory.toString()));
    wanted.archive().ifPresent(directory -> facts.put(Places.ARCHIVE_FACT, directory.toString()));
    return facts;
  }

  private void make(Path directory) throws IOException, Refused {
    enclose(directory, account);
    Ownership.directory(directory, account, MODE);
  }

  /** Makes what is above a directory, in which the account must not be able to exchange it. */
  static void enclose(Path directory, ServerAccount account) throws IOException, Refused {
    Path above = directory.getParent();
    if (above != null) {
      Ownership.passable(above, account);
      Reachability.requireClosed(above, account);
    }
  }

  /** Removes files of the log by their names. */
  public void removeLogs(Places wanted, Volume volume, List<String> names) throws IOException {
    Optional<Path> logs = wanted.logs(volume);
    if (logs.isPresent()) {
      CollectedLog.remove(logs.get(), names);
    }
  }

  private boolean isAccounts(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Map<String, Object> found =
        Files.readAttributes(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return Integer.valueOf(account.uid()).equals(found.get("uid"));
  }
}
