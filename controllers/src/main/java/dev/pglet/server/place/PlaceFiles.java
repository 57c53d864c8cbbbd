package dev.pglet.server.place;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.postgres.CollectedLog;
import dev.pglet.host.volume.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The places of a server on this host. Stateless. */
public final class PlaceFiles {
  private static final String MODE = "rwx------";

  private final ServerAccount account;

  public PlaceFiles(ServerAccount account) {
    this.account = account;
  }

  /** Looks at what there is. Changes nothing. */
  public PlacesSeen observe(Places wanted, Volume volume, Instant now) throws IOException {
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
    return new PlacesSeen(missing, oldLogs);
  }

  /** Makes what is missing. Idempotent. */
  public void make(Places wanted, Volume volume) throws IOException {
    Optional<Path> logs = wanted.logs(volume);
    if (logs.isPresent()) {
      Ownership.directory(logs.get(), account, MODE);
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
