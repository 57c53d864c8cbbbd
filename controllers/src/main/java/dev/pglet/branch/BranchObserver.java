package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.branch.BranchObserved.Source;
import dev.pglet.host.file.OpenDirectory;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.World;
import dev.pglet.server.CloneSource;
import dev.pglet.server.FileFailure;
import dev.pglet.server.Passfiles;
import dev.pglet.server.ServerHosts;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerObserver;
import dev.pglet.server.ServerObserver.Answered;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads what there is of a branch. */
final class BranchObserver {
  private final ServerHosts hosts;
  private final Passfiles passfiles;
  private final Operations operations;

  BranchObserver(ServerHosts hosts, Operations operations) {
    this.hosts = hosts;
    this.passfiles = new Passfiles(hosts.ofDaemon().settings().secrets());
    this.operations = operations;
  }

  BranchObserved observe(
      Branch resource, Optional<CloneSource> source, ServerSpec spec, World world)
      throws ReconcileException {
    ResourceKey key = spec.key();
    Answered<Boolean> answered =
        ServerObserver.observe(hosts, spec, BranchObserver::ownerHasPassword);
    ServerObserved server = answered.server();
    Optional<CloneFacts> facts = server.volume().map(Volume::marker).flatMap(CloneFacts::of);
    Optional<OperationState> copy =
        server.volume().isEmpty()
            ? Optional.empty()
            : operations.find(BranchPlanner.operation(server.volume().get().marker().volume()));
    return new BranchObserved(
        spec.uid(),
        resource.getSpec().parameters(),
        server,
        facts,
        server.initialized()
            ? new Source.Taken()
            : source(BranchController.source(resource), source, world),
        copy,
        // A role without a password cannot use the passfile, wherever that came from.
        facts.isPresent()
            && passfiles.has(key, facts.get().owner())
            && answered.answer().orElse(true),
        children(key, world));
  }

  private static boolean ownerHasPassword(SuperuserSession session, Volume volume)
      throws ReconcileException {
    Optional<CloneFacts> facts = CloneFacts.of(volume.marker());
    return facts.isPresent()
        && !session
            .column(
                "SELECT 1 FROM pg_authid WHERE rolpassword IS NOT NULL AND rolname = "
                    + Sql.literal(facts.get().owner()))
            .isEmpty();
  }

  private static Source source(ResourceKey source, Optional<CloneSource> observed, World world)
      throws ReconcileException {
    boolean there =
        source.kind().equals(Branch.KIND)
            ? world.resource(source, Branch.class).isPresent()
            : world.resource(source, PostgreSQLInstance.class).isPresent();
    if (!there) {
      return new Source.Missing();
    }
    if (observed.isEmpty() || !observed.get().complete()) {
      return new Source.NotReady("the data of " + source + " is not complete yet");
    }
    ServerObserved server = observed.get().server();
    if (server.running() && server.readiness() != Readiness.ACCEPTING) {
      return new Source.NotReady(source + " is starting or recovering");
    }
    if (server.lockHeld()) {
      return new Source.NotReady("processes of the server of " + source + " are still ending");
    }
    Volume volume = server.volume().orElseThrow();
    Optional<Source> impossible = impossible(source, volume.data());
    return impossible.orElseGet(
        () ->
            new Source.Ready(observed.get().uid(), server.running(), RunWith.of(volume.marker())));
  }

  /**
   * A branch writes only into its own volume, so what lies outside the source's cannot come along.
   */
  private static Optional<Source> impossible(ResourceKey source, Path data)
      throws ReconcileException {
    try (OpenDirectory tablespaces = OpenDirectory.open(data.resolve("pg_tblspc"))) {
      if (!tablespaces.names().isEmpty()) {
        return Optional.of(
            new Source.Impossible(
                source + " has tablespaces, which lie outside its data directory",
                "Move their objects to pg_default and drop them"));
      }
      if (Files.isSymbolicLink(data.resolve("pg_wal"))) {
        return Optional.of(
            new Source.Impossible(
                "the pg_wal of " + source + " is a symbolic link out of its data directory",
                "Branch an instance whose WAL is in its data directory"));
      }
      return Optional.empty();
    } catch (IOException e) {
      throw FileFailure.of("looking for tablespaces in " + data, e);
    }
  }

  private static List<ResourceKey> children(ResourceKey key, World world) {
    return world.keys(Branch.KIND).stream()
        .filter(other -> other.namespace().equals(key.namespace()))
        .filter(
            other ->
                world
                    .resource(other, Branch.class)
                    .map(branch -> key.name().equals(branch.getSpec().source().branch()))
                    .orElse(false))
        .sorted()
        .toList();
  }
}
