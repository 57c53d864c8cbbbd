package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.it.Faults.Fault;
import dev.pglet.reconcile.engine.Convergence;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/**
 * An instance and a branch of it, from their manifests to nothing, on a host whose ports fail: what
 * fails for long is said where people look, and once it does no more all is as if it had not.
 * {@code -Dpglet.faults=all} tries each call; without, the first of each method and one in the
 * middle.
 */
final class TestFailingPortsForReal {
  private static final String MANIFESTS =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        runtime: {binaries: system}
        deletionPolicy: Delete
        extensions: [{name: citext}]
      ---
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: copy
      spec:
        source:
          instance: app
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  /** What is wrong with a spec is looked at again after a minute. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final boolean ALL = "all".equals(System.getProperty("pglet.faults"));

  private static final ResourceKey APP = ResourceKey.of(PostgreSQLInstance.KIND, "app");
  private static final ResourceKey COPY = ResourceKey.of(Branch.KIND, "copy");

  /** What a life ends with, and which calls it has made. */
  private record Life(String end, List<String> calls) {}

  /** One call to fail. */
  private record Case(String method, int number, Fault fault) {}

  @Test
  void allIsInTheEndAsIfNothingHadFailed() throws Exception {
    Life good = live(Faults.none(), 0);
    Queue<Case> cases = new ConcurrentLinkedQueue<>(cases(good.calls()));
    System.out.printf("failing ports: %d calls, %d cases%n", good.calls().size(), cases.size());
    Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      int own = number;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (Case next = cases.poll(); next != null; next = cases.poll()) {
                      compare(good, next, own, wrong);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(wrong).isEmpty();
  }

  private static List<Case> cases(List<String> calls) {
    List<Case> cases = new ArrayList<>();
    for (String method : new TreeSet<>(calls)) {
      int last = Collections.frequency(calls, method) - 1;
      for (int number = 0; ALL && number <= last; number++) {
        for (Fault fault : Fault.values()) {
          cases.add(new Case(method, number, fault));
        }
      }
      if (!ALL) {
        cases.add(new Case(method, 0, Fault.FAILS_FOR_LONG));
        cases.add(new Case(method, last / 2, Fault.FAILS_AFTERWARDS));
      }
    }
    return cases;
  }

  private static void compare(Life good, Case one, int number, Queue<Throwable> wrong) {
    try {
      Faults faults = Faults.at(one.method(), one.number(), one.fault());
      Life life = live(faults, number);
      // How often it is looked whether something is done yet is not the same in each life.
      assertThat(faults.happened() || ALL).as("%s has happened", one).isTrue();
      assertThat(life.end()).as(one.toString()).isEqualTo(good.end());
    } catch (Throwable e) {
      wrong.add(new AssertionError(one.toString(), e));
    }
  }

  private static Life live(Faults faults, int number) throws Exception {
    try (Pglet pglet = Pglet.inMemory()) {
      pglet.kinds(() -> KindsOnThisHost.of(faults, number));
      pglet.write("app.yaml", MANIFESTS);
      await(true, pglet, faults);
      List<String> end = new ArrayList<>();
      for (JsonNode server : List.of(pglet.instance("app"), pglet.branch("copy"))) {
        end.add(server.at("/status/phase").asText());
        try (Connection connection = connect(server)) {
          end.add(ask(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'citext'"));
        }
      }
      end.addAll(files(pglet));
      pglet.engine().delete(COPY);
      pglet.engine().delete(APP);
      await(false, pglet, faults);
      end.add("deleted:");
      end.addAll(files(pglet));
      assertThat(faults.healed() || !faults.lasts()).as("said anywhere").isTrue();
      return new Life(String.join("\n", end), faults.calls());
    }
  }

  /**
   * Waits until all is there, or gone, and nothing is left to do; a fault that lasts is healed once
   * it was said where people look.
   */
  private static void await(boolean there, Pglet pglet, Faults faults) throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          if (faults.lasts() && says(pglet, faults.text())) {
            faults.heal();
          }
          Convergence standing = pglet.engine().standing();
          assertThat(
                  standing.succeeded() && (there ? ready(pglet) : standing.standings().isEmpty()))
              .as("%s: %s", faults.healed() ? "healed" : "not said", standing)
              .isTrue();
          return "";
        },
        LIMIT);
  }

  private static boolean ready(Pglet pglet) throws Exception {
    return pglet.instance("app").at("/status/phase").asText().equals("Running")
        && pglet.branch("copy").at("/status/phase").asText().equals("Running");
  }

  private static boolean says(Pglet pglet, String text) throws Exception {
    for (ResourceKey key : List.of(APP, COPY)) {
      JsonNode resource = pglet.engine().get(key).orElse(null);
      if (resource != null) {
        for (JsonNode condition : resource.at("/status/conditions")) {
          if (condition.path("message").asText().contains(text)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Without the state, which remembers failures. */
  private static List<String> files(Pglet pglet) throws Exception {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID");
    names.put("pools/[0-9a-f]{16}", "pools/POOL");
    names.put("v-[0-9a-f]{8}-1", "VOLUME");
    return Leftovers.files(pglet.dataRoot(), names).stream()
        .filter(file -> !file.startsWith("state/"))
        .sorted()
        .toList();
  }
}
