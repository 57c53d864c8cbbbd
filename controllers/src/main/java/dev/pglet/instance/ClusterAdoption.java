package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.host.postgres.FoundCluster;
import dev.pglet.host.postgres.PostgresServer.AloneRequest;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.AdoptedConfiguration;
import dev.pglet.server.FileFailure;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.place.AdoptionChecks;
import dev.pglet.server.place.AdoptionClaim;
import dev.pglet.server.place.DataPlace;
import dev.pglet.server.place.Places;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes over data that somebody else made, where it is. None of its data files is changed. */
final class ClusterAdoption {
  /** The role that pglet logs in as, and the database in which it does. */
  static final String SUPERUSER = "postgres";

  /** The fact of a marker: pglet can log in. */
  static final String SUPERUSER_FACT = "superuserEnsured";

  private static final String KEPT_FACT = "keptConfiguration";

  /** Every cluster has it, unless somebody has renamed it. */
  private static final String DATABASE = "template1";

  /** By the usual one an operator in the schema public wins whose types fit better. */
  private static final String PINNED = "SET search_path = pg_catalog, pg_temp";

  private static final String ROLE_QUESTION =
      "(SELECT CASE WHEN rolsuper AND rolcanlogin THEN 'good' ELSE 'weak' END FROM pg_catalog.pg_roles WHERE rolname = 'postgres')";

  private static final String QUESTION =
      "SELECT coalesce("
          + ROLE_QUESTION
          + ", 'none') || (SELECT count(*) FROM pg_catalog.pg_database WHERE datname = 'postgres' AND datallowconn) AS pglet";

  private static final Pattern ANSWER = Pattern.compile("pglet = \"(good|weak|none)([01])\"");

  private final ServerHost host;
  private final ServerExecutor servers;

  ClusterAdoption(ServerHost host, ServerExecutor servers) {
    this.host = host;
    this.servers = servers;
  }

  /** Keeps the configuration, and then declares the volume ready. Goes on where it was ended. */
  void take(PostgreSQLInstanceSpec wanted, ServerSpec spec) throws ReconcileException {
    Volume volume = servers.volume(spec);
    if (!Places.adopted(volume.marker())) {
      throw new IllegalStateException(volume.data() + " is not there to be taken over");
    }
    servers.requirePlaces(spec, Optional.of(volume));
    // Looking at every file may have taken long.
    servers.requireUnused(volume);
    Map<String, String> facts = new HashMap<>(volume.marker().facts());
    try {
      FoundCluster found = FoundCluster.read(volume.data());
      facts.put(DataPlace.SYSTEM_FACT, found.systemIdentifier());
      facts.put(InstancePlanner.DATABASE_FACT, wanted.database().name());
      facts.putAll(BootstrapFacts.of(found));
      AdoptionClaim.take(volume);
      // Whose data it is must be known before anything is changed that has to be given back.
      servers.mark(spec, volume.marker().withFacts(facts));
      new AdoptedConfiguration(volume, host.account())
          .keep()
          .ifPresent(kept -> facts.put(KEPT_FACT, kept.toString()));
    } catch (IOException e) {
      throw FileFailure.of("taking over the data of " + spec.key() + " in " + volume.data(), e);
    }
    servers.mark(spec, volume.marker().withFacts(facts).with(VolumeMarker.Phase.READY));
  }

  /**
   * Makes the role and the database that pglet logs in with where they are missing. A role of that
   * name that is no superuser is not made one: somebody may have its password.
   */
  void ensureSuperuser(ServerSpec spec) throws ReconcileException {
    Volume volume = servers.volume(spec);
    servers.requireUnused(volume);
    try {
      new AdoptionChecks(host.account()).requireLossless(volume.data(), spec.parameters());
    } catch (IOException e) {
      throw FileFailure.of("looking at the data of " + spec.key() + " in " + volume.data(), e);
    }
    Matcher answer = ask(spec, volume, List.of());
    List<String> missing = new ArrayList<>();
    if (answer.group(1).equals("none")) {
      missing.add("CREATE ROLE postgres SUPERUSER LOGIN");
    }
    if (answer.group(2).equals("0")) {
      missing.add("CREATE DATABASE postgres TEMPLATE template0");
    }
    if (!missing.isEmpty()) {
      answer = ask(spec, volume, missing);
    }
    require(spec, volume, answer);
    Map<String, String> facts = new HashMap<>(volume.marker().facts());
    facts.put(SUPERUSER_FACT, "true");
    // What was changed since the data was taken over was kept when pglet's was put in its place.
    new AdoptedConfiguration(volume, host.account())
        .kept()
        .ifPresent(kept -> facts.put(KEPT_FACT, kept.toString()));
    servers.mark(spec, volume.marker().withFacts(facts));
  }

  private void require(ServerSpec spec, Volume volume, Matcher answer) throws ReconcileException {
    if (!answer.group(1).equals("good")) {
      throw new Refused(
          "SuperuserMissing",
          "the role postgres of the cluster in %s may not log in as a superuser, as which pglet does, and it is not given rights that somebody else might use"
              .formatted(volume.data()),
          "Rename it, and pglet makes its own, or let it be one: echo 'ALTER ROLE postgres SUPERUSER LOGIN' | runuser -u %s -- %s --single -D %s %s"
              .formatted(
                  host.account().name(),
                  servers.binaries(spec).bin("postgres"),
                  volume.data(),
                  DATABASE));
    }
    if (!answer.group(2).equals("1")) {
      throw new Refused(
          "SuperuserMissing",
          "the cluster in %s has no database postgres that accepts connections, in which pglet logs in"
              .formatted(volume.data()),
          "Let it: echo 'ALTER DATABASE postgres ALLOW_CONNECTIONS true' | runuser -u %s -- %s --single -D %s %s"
              .formatted(
                  host.account().name(),
                  servers.binaries(spec).bin("postgres"),
                  volume.data(),
                  DATABASE));
    }
  }

  private Matcher ask(ServerSpec spec, Volume volume, List<String> before)
      throws ReconcileException {
    List<String> statements = new ArrayList<>();
    statements.add(PINNED);
    statements.addAll(before);
    statements.add(QUESTION);
    String said =
        host.server()
            .alone(
                new AloneRequest(
                    servers.binaries(spec),
                    volume.data(),
                    ServerHost.lock(volume),
                    volume.directory().resolve("superuser.sql"),
                    host.account(),
                    DATABASE,
                    statements));
    Matcher answer = ANSWER.matcher(said);
    if (!answer.find()) {
      throw new StepFailed(
          "SuperuserUnknown",
          "PostgreSQL in single-user mode does not say whether %s has a role postgres"
              .formatted(volume.data()),
          "See the log of the server; it is tried again");
    }
    return answer;
  }

  /** What a user must know of data that was taken over, as long as it is there. */
  static Optional<KindCondition> told(Volume volume) {
    if (!Places.adopted(volume.marker())) {
      return Optional.empty();
    }
    return Optional.of(
        KindCondition.yes(
            "Adopted",
            "DataAdopted",
            "the data in %s was there before and is never removed by pglet; %s"
                .formatted(
                    volume.data(),
                    Optional.ofNullable(volume.marker().fact(KEPT_FACT))
                        .map(kept -> "the configuration that was in it is kept in " + kept)
                        .orElse("there was no configuration in it"))));
  }
}
