package dev.pglet.supervision;

import dev.pglet.host.postgres.Postmaster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which ids of restarts and reloads are done, as the facts of a marker remember it: also some older
 * ones, so that an old id that comes back, as by a revert in git, does nothing. Immutable.
 *
 * @param restarts oldest first
 * @param reloads oldest first
 */
public record DoneTokens(List<String> restarts, List<String> reloads) {
  private static final String RESTARTS_FACT = "restartsDone";
  private static final String RELOADS_FACT = "reloadsDone";

  /** The id of a restart and the server that is stopped for it, until it is among the done ones. */
  private static final String BEGUN_FACT = "restartBegun";

  /** No id contains it. */
  private static final String SEPARATOR = ",";

  private static final int KEPT = 16;

  public DoneTokens {
    restarts = List.copyOf(restarts);
    reloads = List.copyOf(reloads);
  }

  public static DoneTokens of(Map<String, String> facts) {
    return new DoneTokens(list(facts.get(RESTARTS_FACT)), list(facts.get(RELOADS_FACT)));
  }

  /**
   * The same for whoever sees the server that runs: when it is another than the one that a restart
   * was begun for, the restart is done, though pglet died before it could note so.
   */
  public static DoneTokens of(Map<String, String> facts, Optional<Postmaster> running) {
    DoneTokens noted = of(facts);
    List<String> begun = list(facts.get(BEGUN_FACT));
    boolean done =
        begun.size() == 2 && running.isPresent() && !begun.getLast().equals(name(running.get()));
    return done
        ? new DoneTokens(list(text(noted.restarts, begun.getFirst())), noted.reloads)
        : noted;
  }

  private static String name(Postmaster server) {
    return "%s:%d:%d".formatted(server.bootId(), server.startTicks(), server.pid());
  }

  /** The facts before a server is stopped for a restart, that is asked for or not. */
  public static Map<String, String> begun(
      Map<String, String> facts, Lifecycle asked, Optional<Postmaster> running) {
    DoneTokens done = of(facts, running);
    Map<String, String> changed = new HashMap<>(facts);
    changed.remove(BEGUN_FACT);
    if (!done.restarts.isEmpty()) {
      changed.put(RESTARTS_FACT, String.join(SEPARATOR, done.restarts));
    }
    Optional<String> id = done.restart(asked);
    if (id.isPresent() && running.isPresent()) {
      changed.put(BEGUN_FACT, id.get() + SEPARATOR + name(running.get()));
    }
    return changed;
  }

  /** The restart that is asked for and not done. */
  public Optional<String> restart(Lifecycle asked) {
    return asked.restart().filter(id -> !restarts.contains(id));
  }

  /** The reload that is asked for and not done. */
  public Optional<String> reload(Lifecycle asked) {
    return asked.reload().filter(id -> !reloads.contains(id));
  }

  /** The id of a restart that a status shows: the one that is asked for once it is done. */
  public Optional<String> restarted(Lifecycle asked) {
    return asked.restart().filter(restarts::contains).or(() -> last(restarts));
  }

  /** As {@link #restarted}, of reloads. */
  public Optional<String> reloaded(Lifecycle asked) {
    return asked.reload().filter(reloads::contains).or(() -> last(reloads));
  }

  /** The facts once all that is asked for is done: a server that starts reads everything anew. */
  public static Map<String, String> started(Map<String, String> facts, Lifecycle asked) {
    Map<String, String> done = of(facts).with(facts, asked.restart(), asked.reload());
    done.remove(BEGUN_FACT);
    return done;
  }

  /** The facts once the reload that is asked for is done. */
  public static Map<String, String> reloaded(Map<String, String> facts, Lifecycle asked) {
    return of(facts).with(facts, Optional.empty(), asked.reload());
  }

  private Map<String, String> with(
      Map<String, String> facts, Optional<String> restart, Optional<String> reload) {
    Map<String, String> changed = new HashMap<>(facts);
    restart.ifPresent(id -> changed.put(RESTARTS_FACT, text(restarts, id)));
    reload.ifPresent(id -> changed.put(RELOADS_FACT, text(reloads, id)));
    return changed;
  }

  private static String text(List<String> done, String id) {
    List<String> all = new ArrayList<>(done);
    if (!all.contains(id)) {
      all.add(id);
    }
    return String.join(SEPARATOR, all.subList(Math.max(0, all.size() - KEPT), all.size()));
  }

  private static Optional<String> last(List<String> done) {
    return done.isEmpty() ? Optional.empty() : Optional.of(done.getLast());
  }

  private static List<String> list(@Nullable String fact) {
    return fact == null || fact.isEmpty() ? List.of() : List.of(fact.split(SEPARATOR, -1));
  }
}
