package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.OpenDirectory;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.host.volume.Volumes.Writing;
import dev.pglet.reconcile.Operations.OperationContext;
import dev.pglet.reconcile.Operations.OperationRequest;
import dev.pglet.reconcile.Operations.OperationTask;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.CloneSource;
import dev.pglet.server.FileFailure;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.WalSegmentSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Takes the clone: the operation behind {@link BranchStep.StartCopy}. It copies into {@code
 * data.building} beside the data directory; the rename to {@code data} is the moment at which the
 * clone is taken. The facts that the branch lives by are in the marker before that. Until then the
 * copy is closed to the servers' account.
 */
final class BranchCopy {
  private static final String BUILDING = "data.building";

  /** What belongs to the source's running server alone, as pg_basebackup leaves it out. */
  private static final Set<String> NEVER =
      Set.of(
          "postmaster.pid",
          "postmaster.opts",
          "pg_replslot/*",
          "pg_dynshmem/*",
          "pg_notify/*",
          "pg_serial/*",
          "pg_snapshots/*",
          "pg_stat_tmp/*",
          "pg_subtrans/*",
          "pgsql_tmp*",
          "pg_internal.init*",
          "postgresql.auto.conf",
          "postgresql.conf",
          "pg_hba.conf",
          "pg_ident.conf",
          "current_logfiles",
          "backup_label.old",
          "tablespace_map.old",
          "standby.signal",
          "recovery.signal");

  private static final List<String> SIGNALS = List.of("backup_label", "tablespace_map");
  private static final int CONTROL_FILE_ATTEMPTS = 100;
  private static final int LONGEST_CONTROL_FILE = 64 << 10;

  /** Ten terabytes by 120 MB a second: what takes longer hangs, and holds the source. */
  private static final Duration LONGEST = Duration.ofHours(24);

  private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(10);

  private final ServerHost host;
  private final InstantSource clock;

  BranchCopy(ServerHost host, InstantSource clock) {
    this.host = host;
    this.clock = clock;
  }

  /** What to start: it holds the source, so that nothing stops or changes it meanwhile. */
  static OperationRequest request(BranchStep.StartCopy start, ResourceKey branch) {
    return new OperationRequest(
        start.operation(),
        branch,
        "CopyData",
        Map.of("source", start.source().toString()),
        Set.of(start.source()),
        LONGEST);
  }

  OperationTask task(BranchStep.StartCopy start, Volume target, CloneSource source) {
    return context -> {
      // All of it may not have been made when its marker was written.
      host.volumes().create(target.pool(), target.marker(), host.account());
      Volume from = source.server().volume().orElseThrow();
      Path building = target.beside().resolve(BUILDING);
      boolean atOnce = host.volumes().copiesAtOnce(from.data(), building);
      CloneFacts facts =
          new CloneFacts(
              start.source().toString(),
              source.uid(),
              RunWith.of(from.marker()),
              source.database(),
              source.owner(),
              source.parameters(),
              "",
              "",
              Optional.of(atOnce || host.volumes().shares(from.data(), building)),
              false);
      discard(target);
      try (Writing writing = host.volumes().write(target)) {
        if (!start.running()) {
          copyStopped(context, start.source(), from, target, facts, writing);
        } else if (!atOnce || !copyAtOnce(context, source.server(), from, target, facts, writing)) {
          copyRunning(context, source.server(), from, target, facts, writing);
        }
      }
    };
  }

  /** Removes what an unfinished copy has left. A clone that is taken stays. */
  void discard(Volume target) throws ReconcileException {
    Path building = target.beside().resolve(BUILDING);
    try {
      FileTree.delete(building);
    } catch (IOException e) {
      throw FileFailure.of("removing the unfinished copy " + building, e);
    }
  }

  /**
   * Takes a snapshot: what a loss of power would leave of the source at this moment, from which its
   * server recovers by itself.
   *
   * @return false when the server might not survive such a loss; nothing is done then
   */
  private boolean copyAtOnce(
      OperationContext context,
      ServerObserved server,
      Volume from,
      Volume target,
      CloneFacts facts,
      Writing writing)
      throws ReconcileException {
    String lsn;
    try (SnapshotSource source = SnapshotSource.open(host.connections(), server, ANSWER_DEADLINE)) {
      if (!source.survivesLossOfPower()) {
        return false;
      }
      lsn = source.prepare();
      Set<String> excluded = new HashSet<>(NEVER);
      // Somebody's backup of the source: recovery would begin from its start.
      excluded.addAll(SIGNALS);
      excluded.add("pg_wal/archive_status/*");
      host.volumes()
          .copyTree(
              new CopyRequest(
                  from.data(),
                  target.beside().resolve(BUILDING),
                  excluded,
                  host.account(),
                  _ -> {},
                  context::cancelled,
                  true));
      source.requireUnchanged();
    }
    finish(from, target, facts.takenAt(lsn, now()), writing);
    return true;
  }

  private void copyRunning(
      OperationContext context,
      ServerObserved server,
      Volume from,
      Volume target,
      CloneFacts facts,
      Writing writing)
      throws ReconcileException {
    Path building = target.beside().resolve(BUILDING);
    try (BackupSession backup =
        BackupSession.start(
            host.connections(),
            server.socketDirectory(),
            server.runningPort().orElseThrow(),
            "pglet " + target.marker().volume(),
            ANSWER_DEADLINE)) {
      Set<String> excluded = new HashSet<>(NEVER);
      excluded.addAll(SIGNALS);
      excluded.add("pg_wal/*");
      // Last of the files: recovery begins from the label, and the newest control file is wanted.
      excluded.add("global/pg_control");
      copyWhile(backup, context, from.data(), building, excluded);
      copyControlFile(from.data(), building);
      BackupSession.Stopped stopped = backup.stop();
      write(building.resolve("backup_label"), stopped.label());
      copyWal(from.data(), building, stopped);
      // The session holds the WAL until here.
      finish(from, target, facts.takenAt(stopped.stopLsn(), now()), writing);
    }
  }

  private void copyStopped(
      OperationContext context,
      ResourceKey source,
      Volume from,
      Volume target,
      CloneFacts facts,
      Writing writing)
      throws ReconcileException {
    if (inUse(from)) {
      throw new StepFailed(
          "SourceInUse",
          "a process of the server of " + source + " is still running",
          "It ends by itself as soon as its statement does; else end it. The copy is tried again");
    }
    byte[] before = control(from.data());
    copy(
        context,
        from.data(),
        target.beside().resolve(BUILDING),
        NEVER,
        size(from.data()),
        context::cancelled);
    if (inUse(from) || !Arrays.equals(before, control(from.data()))) {
      throw new StepFailed(
          "SourceStarted",
          "the server of " + source + " was started while it was copied",
          "Nothing needs to be done: the copy is taken again, from the running server");
    }
    finish(from, target, facts.takenAt("", now()), writing);
  }

  /** A child that outlives its postmaster still writes, and still holds the lock. */
  private boolean inUse(Volume volume) throws ReconcileException {
    return host.server().find(volume.data()).isPresent()
        || host.server().lockHeld(ServerHost.lock(volume));
  }

  private void copy(
      OperationContext context,
      Path from,
      Path to,
      Set<String> excluded,
      long total,
      BooleanSupplier stopped)
      throws ReconcileException {
    host.volumes()
        .copyTree(
            new CopyRequest(
                from,
                to,
                excluded,
                host.account(),
                done -> context.progress(done, total),
                stopped));
  }

  /**
   * Ends early when the source is lost: the copy is void, and holds the source from coming back.
   */
  private void copyWhile(
      BackupSession backup, OperationContext context, Path from, Path to, Set<String> excluded)
      throws ReconcileException {
    try {
      copy(
          context,
          from,
          to,
          excluded,
          backup.bytes(),
          () -> context.cancelled() || !backup.alive());
    } catch (ReconcileException e) {
      if (backup.alive()) {
        throw e;
      }
      throw new StepFailed(
          "BackupLost",
          "the session that held the source in backup mode was lost, so the copy is void",
          "It is made again when the source is back. If its server did not end, raise max_slot_wal_keep_size and idle_replication_slot_timeout there, where they are set",
          e);
    }
  }

  /** The server may write it meanwhile: what is read twice alike was not torn. */
  private void copyControlFile(Path from, Path to) throws ReconcileException {
    Path relative = Path.of("global/pg_control");
    copyFile(from, to, relative);
    for (int attempt = 1; !Arrays.equals(control(from), control(to)); attempt++) {
      if (attempt == CONTROL_FILE_ATTEMPTS) {
        throw new StepFailed(
            "ControlFileUnsteady",
            "the control file of " + from + " changes all the time",
            "See that no other program writes there; the copy is tried again");
      }
      copyFile(from, to, relative);
    }
  }

  private void copyWal(Path from, Path building, BackupSession.Stopped stopped)
      throws ReconcileException {
    Set<String> missing = new HashSet<>(stopped.segments());
    try (OpenDirectory wal = OpenDirectory.open(from.resolve("pg_wal"))) {
      for (Path file : wal.names()) {
        String name = file.toString();
        if (missing.remove(name) || name.endsWith(".history")) {
          copyFile(from, building, Path.of("pg_wal").resolve(name));
        }
      }
    } catch (IOException e) {
      throw FileFailure.of("listing the WAL of " + from, e);
    }
    if (!missing.isEmpty()) {
      throw new StepFailed(
          "WalMissing",
          "the source no longer has WAL that the copy needs: " + String.join(", ", missing),
          "Raise max_slot_wal_keep_size in spec.parameters of the source, where it is set, or branch while it writes less; the copy is tried again");
    }
  }

  private void finish(Volume from, Volume target, CloneFacts facts, Writing writing)
      throws ReconcileException {
    Map<String, String> sizes = WalSegmentSize.handedOn(from.marker());
    Path building = target.beside().resolve(BUILDING);
    writing.sync(building);
    // Somebody may have moved the branch to another manifest root meanwhile.
    VolumeMarker marker =
        host.volume(target.marker().uid(), target.marker().incarnation())
            .map(Volume::marker)
            .orElse(target.marker());
    host.volumes().mark(target.pool(), marker.plusFacts(facts.toMarker()).plusFacts(sizes));
    try {
      Ownership.give(building, host.account());
      DurableFile.rename(building, target.data());
    } catch (IOException e) {
      throw FileFailure.of("putting the copy in its place " + target.data(), e);
    }
  }

  private void copyFile(Path from, Path to, Path relative) throws ReconcileException {
    try {
      Path copy = to.resolve(relative);
      RegularFiles.copy(from, relative, copy);
      Ownership.give(copy, host.account());
    } catch (IOException e) {
      throw FileFailure.of("copying " + from.resolve(relative), e);
    }
  }

  private void write(Path file, String content) throws ReconcileException {
    try {
      DurableFile.write(file, content.getBytes(StandardCharsets.UTF_8));
      Ownership.give(file, host.account());
    } catch (IOException e) {
      throw FileFailure.of("writing " + file, e);
    }
  }

  private static byte[] control(Path data) throws ReconcileException {
    try {
      return RegularFiles.read(data, "global/pg_control", LONGEST_CONTROL_FILE);
    } catch (IOException e) {
      throw FileFailure.of("reading the control file of " + data, e);
    }
  }

  private static long size(Path data) throws ReconcileException {
    try {
      return FileTree.size(data);
    } catch (IOException e) {
      throw FileFailure.of("measuring " + data, e);
    }
  }

  /** To the millisecond, which is as exact as anyone can use. */
  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
