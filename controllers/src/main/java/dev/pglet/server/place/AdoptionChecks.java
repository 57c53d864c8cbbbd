package dev.pglet.server.place;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.postgres.FoundCluster;
import dev.pglet.host.postgres.WalSegments;
import dev.pglet.host.process.ProcessFacts;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Why a cluster that somebody else made cannot be taken over as it is. Reads; changes nothing,
 * spawns nothing. Stateless.
 */
public final class AdoptionChecks {
  private static final String FIELD = Places.field(Places.DATA_FACT);
  private static final int LONGEST = 64 << 10;

  /** The line of postmaster.pid that has the directory of the sockets, from 0. */
  private static final int SOCKETS = 4;

  /** The bits of a mode with which PostgreSQL does not start. */
  private static final int OPEN = 0027;

  /** Each is there while a cluster becomes something else than it is. */
  private static final List<String> UNFINISHED =
      List.of(
          "standby.signal", "recovery.signal", "recovery.conf", "backup_label", "tablespace_map");

  /** Directories of PostgreSQL, all of which are the data: a link leads it away. */
  private static final Set<String> OWN =
      Set.of(
          "base",
          "global",
          "pg_commit_ts",
          "pg_dynshmem",
          "pg_logical",
          "pg_multixact",
          "pg_notify",
          "pg_replslot",
          "pg_serial",
          "pg_snapshots",
          "pg_stat",
          "pg_stat_tmp",
          "pg_subtrans",
          "pg_tblspc",
          "pg_twophase",
          "pg_wal",
          "pg_xact");

  private final ServerAccount account;

  public AdoptionChecks(ServerAccount account) {
    this.account = account;
  }

  /**
   * The first thing that is wrong, as far as a few files show it.
   *
   * @param own the directory of the volume that takes it over; empty while there is none
   */
  Optional<InvalidSpec> problem(String field, Path data, Adoption wanted, Optional<Path> own)
      throws IOException {
    try {
      outside(field, data);
      version(field, data, wanted.major());
      claimed(field, data);
      AdoptionClaim.refuseOther(field, data, own);
      inUse(field, data);
      unfinished(field, data);
      elsewhere(field, data);
      cluster(field, data, wanted.commitTimestamps());
      unarchived(field, data);
      return Optional.empty();
    } catch (InvalidSpec e) {
      return Optional.of(e);
    }
  }

  /**
   * Requires that all of it is the account's and in the directory itself, which takes a look at
   * each file.
   */
  public void requireWhole(Path data) throws IOException, InvalidSpec {
    Optional<InvalidSpec> found = stranger(data);
    if (found.isPresent()) {
      throw found.get();
    }
  }

  /**
   * Requires of data that is taken over that nobody else's server has come to use it since.
   *
   * @param sockets of the servers that pglet starts: the file of one of those that ended is told
   *     from somebody else's by it
   */
  public void requireUnused(Path data, Path sockets) throws IOException, InvalidSpec {
    List<String> file = pidFile(data).lines().map(String::strip).toList();
    boolean ours = file.size() > SOCKETS && file.get(SOCKETS).equals(sockets.toString());
    workers(FIELD, data);
    if (!ours) {
      pidFileNamesNone(FIELD, data);
    }
  }

  /**
   * Requires before its first start that no data is lost by it.
   *
   * @param parameters that it will be started with
   */
  public void requireLossless(Path data, Map<String, String> parameters)
      throws IOException, InvalidSpec {
    commitTimestamps(data, FoundCluster.read(data), Adoption.keepsCommitTimestamps(parameters));
  }

  /** What is said of the directory itself. */
  private void outside(String field, Path data) throws IOException, InvalidSpec {
    if (Files.notExists(data, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidSpec(
          "NoCluster",
          field,
          data
              + " is not there, and spec.bootstrap.adopt takes over a cluster that is: nothing is made",
          "Mount its file system, or correct the path; for a new cluster remove spec.bootstrap.adopt");
    }
    if (uid(data) != account.uid()) {
      throw strangers(field, data, data);
    }
    int mode = (Integer) Files.getAttribute(data, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & OPEN) != 0) {
      throw new InvalidSpec(
          "DirectoryOpen",
          field,
          "%s has mode %04o, and PostgreSQL runs no cluster that others can write to or look into"
              .formatted(data, mode & 07777),
          "Close it: chmod 700 " + data);
    }
    Path above = data.getParent();
    if (above == null || !dev(data).equals(dev(above))) {
      throw new InvalidSpec(
          "MountPoint",
          field,
          data + " is where a file system is mounted, and a data directory lies below that",
          "With its server stopped, move all that is in it into a directory in it, such as %s, and write that path"
              .formatted(data.resolve("data")));
    }
    if (!Files.isWritable(above)) {
      throw new InvalidSpec(
          "NotWritable",
          field,
          "pglet cannot write in %s, where it keeps the configuration that the cluster has had"
              .formatted(above),
          "Let it write there, or move the cluster, with its server stopped, to where it may");
    }
  }

  private static void version(String field, Path data, int wanted) throws IOException, InvalidSpec {
    if (!Files.isRegularFile(data.resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidSpec(
          "NoCluster",
          field,
          data
              + " holds no database cluster (there is no PG_VERSION in it), and spec.bootstrap.adopt takes over one that is there: nothing is made",
          "Mount its file system, or correct the path; for a new cluster remove spec.bootstrap.adopt");
    }
    int major = FoundCluster.majorVersion(data);
    if (major != wanted) {
      throw new InvalidSpec(
          "OtherMajorVersion",
          "spec.version",
          "%s holds a cluster of PostgreSQL %d, which PostgreSQL %d cannot run"
              .formatted(data, major, wanted),
          "Set spec.version to \"%d\"".formatted(major));
    }
  }

  private static void inUse(String field, Path data) throws IOException, InvalidSpec {
    workers(field, data);
    pidFileNamesNone(field, data);
  }

  private static void workers(String field, Path data) throws IOException, InvalidSpec {
    for (long pid : ProcessFacts.workingIn(data)) {
      if (ProcessFacts.executable(pid).filter("postgres"::equals).isPresent()) {
        throw new InvalidSpec(
            "ServerRuns",
            field,
            "a server of %s runs, pid %d: pglet takes nothing over from under it"
                .formatted(data, pid),
            stop(data));
      }
    }
  }

  /** In a container the pid is another one here: then whoever has it is enough. */
  private static void pidFileNamesNone(String field, Path data) throws IOException, InvalidSpec {
    String file = pidFile(data);
    String first = file.lines().findFirst().orElse("").strip();
    boolean written = first.matches("-?[1-9][0-9]{0,17}");
    // Of a server in single-user mode it is negative.
    long pid = written ? Math.abs(Long.parseLong(first)) : 0;
    if (written && ProcessFacts.startTicks(pid).isPresent()) {
      throw new InvalidSpec(
          "ServerRuns",
          field,
          "%s names the process %d (%s), which lives"
              .formatted(
                  data.resolve("postmaster.pid"), pid, ProcessFacts.command(pid).orElse("?")),
          stop(data)
              + ". If that is another program, and no server uses the directory, in no container either: rm "
              + data.resolve("postmaster.pid"));
    }
    if (!written && Files.exists(data.resolve("postmaster.pid"), LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidSpec(
          "ServerRuns",
          field,
          data.resolve("postmaster.pid") + " names no process: a server may just be starting",
          "See that no server uses the directory, in no container either, and remove the file");
    }
  }

  private static String stop(Path data) {
    return "Stop it first, and keep others from starting it again: pg_ctl stop -D %s; for a cluster of Debian pg_ctlcluster VERSION NAME stop, and manual in its start.conf"
        .formatted(data);
  }

  private static String pidFile(Path data) throws IOException {
    try {
      return RegularFiles.text(data, "postmaster.pid", LONGEST);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static void unfinished(String field, Path data) throws InvalidSpec {
    for (String name : UNFINISHED) {
      if (Files.exists(data.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        throw new InvalidSpec(
            "RecoveryPending",
            field,
            "%s is there: the cluster is a standby, or a copy that has not been recovered, and only its own configuration says how it is"
                .formatted(data.resolve(name)),
            "Start it as it is meant to be until it has recovered, promote it if it is a standby (pg_ctl promote -D %s), stop it, and adopt it then"
                .formatted(data));
      }
    }
  }

  /** What is not in the directory, and whose it is besides is not known. */
  private static void elsewhere(String field, Path data) throws IOException, InvalidSpec {
    Path wal = data.resolve("pg_wal");
    if (Files.isSymbolicLink(wal)) {
      Path target = data.resolve(Files.readSymbolicLink(wal)).normalize();
      throw new InvalidSpec(
          "WalElsewhere",
          field,
          "%s leads to %s, and only a cluster that is whole in its directory is taken over"
              .formatted(wal, target),
          "With its server stopped: rm %1$s && mv %2$s %1$s".formatted(wal, target));
    }
    Path tablespaces = data.resolve("pg_tblspc");
    if (Files.isDirectory(tablespaces, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(tablespaces)) {
        Iterator<Path> each = entries.iterator();
        if (each.hasNext()) {
          Path entry = each.next();
          throw new InvalidSpec(
              "Tablespaces",
              field,
              "the cluster has a tablespace, %s: another copy of the cluster may use the same files, and nothing shows that"
                  .formatted(
                      Files.isSymbolicLink(entry)
                          ? entry + ", in " + Files.readSymbolicLink(entry)
                          : entry),
              "In the cluster move what is in it (ALTER DATABASE … SET TABLESPACE pg_default, ALTER TABLE ALL IN TABLESPACE … SET TABLESPACE pg_default), then DROP TABLESPACE");
        }
      }
    }
  }

  private static void cluster(String field, Path data, boolean commitTimestamps)
      throws InvalidSpec {
    try {
      FoundCluster found = FoundCluster.read(data);
      if (found.standby()) {
        throw new InvalidSpec(
            "RecoveryPending",
            field,
            "the last server of %s was a standby, or recovered from an archive, and was not promoted: without its standby.signal or recovery.signal it would silently become something else"
                .formatted(data),
            "Put that file back, start the cluster, promote it (pg_ctl promote -D %s), stop it, and adopt it then"
                .formatted(data));
      }
      if (!WalSegments.areOf(data.resolve("pg_wal"), found.systemIdentifier())) {
        throw new InvalidSpec(
            "WalMissing",
            field,
            "%s holds no WAL of the cluster, or some of another one"
                .formatted(data.resolve("pg_wal")),
            "Put its own WAL back; nothing is changed meanwhile");
      }
      commitTimestamps(data, found, commitTimestamps);
    } catch (IOException e) {
      throw new InvalidSpec(
          "ClusterDamaged",
          field,
          "%s is no cluster that a server could run: %s".formatted(data, e.getMessage()),
          "Restore it from a backup; nothing is changed meanwhile",
          e);
    }
  }

  private static void commitTimestamps(Path data, FoundCluster found, boolean kept)
      throws InvalidSpec {
    if (found.commitTimestamps() && !kept) {
      throw new InvalidSpec(
          "CommitTimestamps",
          "spec.parameters",
          "the cluster in %s was run with %s = on, and spec.parameters does not go on with it: PostgreSQL would remove all its commit timestamps when it starts"
              .formatted(data, Adoption.COMMIT_TIMESTAMPS),
          "Set spec.parameters.%1$s: on; if nobody needs them, start the cluster once with %1$s = off, and stop it"
              .formatted(Adoption.COMMIT_TIMESTAMPS));
    }
  }

  /** PostgreSQL removes such WAL at a checkpoint when it is not to be archived any more. */
  private static void unarchived(String field, Path data) throws IOException, InvalidSpec {
    Path status = data.resolve("pg_wal").resolve("archive_status");
    if (!Files.isDirectory(status, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> ready = Files.newDirectoryStream(status, "*.ready")) {
      Iterator<Path> each = ready.iterator();
      if (each.hasNext()) {
        throw new InvalidSpec(
            "WalNotArchived",
            field,
            "%s says that its WAL is not in the archive of the cluster yet, and it would not come there any more: pglet runs it with another configuration"
                .formatted(each.next()),
            "Start it with its own configuration until no name ends in .ready there, and stop it; if nobody needs that WAL in the archive: rm %s/*.ready"
                .formatted(status));
      }
    }
  }

  /** Of pglets with other data roots, too, and of other clusters. */
  private static void claimed(String field, Path data) throws IOException, InvalidSpec {
    Path configuration = data.resolve("postgresql.conf");
    if (Files.isSymbolicLink(configuration)) {
      Path target = data.resolve(Files.readSymbolicLink(configuration)).normalize();
      Path directory = target.getParent() == null ? null : target.getParent().getParent();
      if (directory != null && isVolume(directory)) {
        throw ofPglet(field, data, directory);
      }
    }
    for (Path above = data.getParent(); above != null; above = above.getParent()) {
      if (isVolume(above)) {
        throw ofPglet(field, data, above);
      }
      if (Files.exists(above.resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS)) {
        throw new InvalidSpec(
            "DirectoryTaken",
            field,
            "%s lies in %s, another database cluster".formatted(data, above),
            "Move it out of there, with its server stopped");
      }
    }
  }

  private static boolean isVolume(Path directory) {
    Path name = directory.getFileName();
    return name != null
        && Files.exists(directory.resolveSibling("meta").resolve(name + ".json"))
        && Files.isDirectory(directory);
  }

  private static InvalidSpec ofPglet(String field, Path data, Path volume) {
    return new InvalidSpec(
        "DirectoryTaken",
        field,
        "%s is the data of a pglet already, of its volume %s".formatted(data, volume),
        "Go on with the data root that it is of; if that is gone for good, move %s away"
            .formatted(volume.resolveSibling("meta").resolve(volume.getFileName() + ".json")));
  }

  private Optional<InvalidSpec> stranger(Path data) throws IOException {
    InvalidSpec[] found = new InvalidSpec[1];
    Files.walkFileTree(
        data,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes)
              throws IOException {
            return look(each, attributes);
          }

          @Override
          public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
              throws IOException {
            return look(each, attributes);
          }

          private FileVisitResult look(Path each, BasicFileAttributes attributes)
              throws IOException {
            if (uid(each) != account.uid()) {
              found[0] = strangers(FIELD, data, each);
            } else if (attributes.isSymbolicLink() && isData(data, each)) {
              found[0] =
                  new InvalidSpec(
                      "LinkInCluster",
                      FIELD,
                      "%s is a symbolic link to %s, and only a cluster that is whole in its directory is taken over"
                          .formatted(each, Files.readSymbolicLink(each)),
                      "With its server stopped, put what it leads to in its place");
            }
            return found[0] == null ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
          }
        });
    return Optional.ofNullable(found[0]);
  }

  private static boolean isData(Path data, Path each) {
    Path inside = data.relativize(each);
    return OWN.contains(inside.getName(0).toString());
  }

  private InvalidSpec strangers(String field, Path data, Path what) throws IOException {
    return new InvalidSpec(
        "AnotherAccount",
        field,
        "%s belongs to the account %s, and the server runs as %s"
            .formatted(
                what, Files.getOwner(what, LinkOption.NOFOLLOW_LINKS).getName(), account.name()),
        "With its server stopped, give it away: chown -hR %s: %s; or start pglet with the other account"
            .formatted(account.name(), data));
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  private static Object dev(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
  }
}
