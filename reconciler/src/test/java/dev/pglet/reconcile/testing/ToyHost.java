package dev.pglet.reconcile.testing;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Where boxes stand. It outlives engines. Thread-safe. */
public final class ToyHost {
  /**
   * One box, with its marker.
   *
   * @param made which box of that name it is, from 1
   */
  public record Box(
      String uid,
      String root,
      int size,
      boolean open,
      Optional<String> colour,
      boolean abandoned,
      String lid,
      int made) {
    public Box(
        String uid, String root, int size, boolean open, Optional<String> colour, boolean nobody) {
      this(uid, root, size, open, colour, nobody, "plain", 1);
    }

    Box opened() {
      return new Box(uid, root, size, true, colour, abandoned, lid, made);
    }

    Box closed() {
      return new Box(uid, root, size, false, colour, abandoned, lid, made);
    }

    Box painted(String newColour) {
      return new Box(uid, root, size, open, Optional.of(newColour), abandoned, lid, made);
    }

    /** Closed, as a lid is changed. */
    public Box lidded(String newLid) {
      return new Box(uid, root, size, false, colour, abandoned, newLid, made);
    }

    Box owned(boolean nobody) {
      return new Box(uid, root, size, open, colour, nobody, lid, made);
    }

    public Box madeAs(int number) {
      return new Box(uid, root, size, open, colour, abandoned, lid, number);
    }

    Box belongingTo(String newRoot) {
      return new Box(uid, newRoot, size, open, colour, abandoned, lid, made);
    }
  }

  private final Map<ResourceKey, Box> boxes = new TreeMap<>();
  private final Map<ResourceKey, String> contents = new TreeMap<>();
  private final Map<ResourceKey, Map<String, String>> answered = new TreeMap<>();
  private final Map<String, Deque<Supplier<? extends Throwable>>> failures = new HashMap<>();
  private final Set<String> undone = new HashSet<>();
  private final List<String> acts = new ArrayList<>();
  private final Map<String, Runnable> blocks = new HashMap<>();
  private CrashPoint point = CrashPoint.never();
  private Optional<Integer> looks = Optional.empty();
  private Optional<Supplier<ReconcileException>> blind = Optional.empty();
  private Optional<Supplier<ReconcileException>> unsure = Optional.empty();

  public synchronized Optional<Box> box(ResourceKey key) {
    return Optional.ofNullable(boxes.get(key));
  }

  public synchronized Map<ResourceKey, Box> boxes() {
    return new TreeMap<>(boxes);
  }

  /** What operations have put into boxes. */
  public synchronized Map<ResourceKey, String> contents() {
    return new TreeMap<>(contents);
  }

  /** What was asked of boxes by annotations and is done, by the last part of their names. */
  public synchronized Map<ResourceKey, Map<String, String>> answered() {
    return new TreeMap<>(answered);
  }

  synchronized void answer(ResourceKey key, String request, String id) {
    Map<String, String> done = new TreeMap<>(answered.getOrDefault(key, Map.of()));
    done.put(request, id);
    answered.put(key, done);
  }

  /** From now on operations and cleanups die here, as steps do by themselves. */
  public synchronized void operationsPassBy(CrashPoint ofThisLife) {
    point = ofThisLife;
  }

  synchronized CrashPoint point() {
    return point;
  }

  synchronized void fill(ResourceKey key, String with) {
    contents.put(key, with);
  }

  /** What was done, as {@code Step key}, in order. */
  public synchronized List<String> acts() {
    return List.copyOf(acts);
  }

  public synchronized long count(String act) {
    return acts.stream().filter(done -> (done + " ").startsWith(act + " ")).count();
  }

  /** Somebody else changes a box. */
  public synchronized void change(ResourceKey key, Box box) {
    boxes.put(key, box);
  }

  /** Somebody else takes a box away. */
  public synchronized void steal(ResourceKey key) {
    boxes.remove(key);
  }

  /** The next act of that name and key throws. */
  public synchronized void failNext(
      String act, ResourceKey key, Supplier<? extends Throwable> why) {
    failures.computeIfAbsent(act + " " + key, same -> new ArrayDeque<>()).add(why);
  }

  /** Acts of that name and key have no effect from now on. */
  public synchronized void undo(String act, ResourceKey key) {
    undone.add(act + " " + key);
  }

  /** Whether a box is left cannot be told; empty: it can again. */
  public synchronized void unsure(Optional<Supplier<ReconcileException>> why) {
    unsure = why;
  }

  synchronized boolean keeps(ResourceKey key) throws ReconcileException {
    if (unsure.isPresent()) {
      throw unsure.get().get();
    }
    return boxes.containsKey(key);
  }

  /** Looking at boxes fails; empty: no more. */
  public synchronized void blind(Optional<Supplier<ReconcileException>> why) {
    blind = why;
  }

  /** As a plugin in another language may throw what Java would have to declare. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable e) throws E {
    throw (E) e;
  }

  /** From now on each look at a box is counted, and the count is in every status. */
  public synchronized void countLooks() {
    looks = Optional.of(0);
  }

  synchronized Optional<Integer> looks() {
    return looks;
  }

  Optional<Box> look(ResourceKey key) throws ReconcileException {
    block("Look " + key);
    return lookNow(key);
  }

  private synchronized Optional<Box> lookNow(ResourceKey key) throws ReconcileException {
    looks = looks.map(count -> count + 1);
    if (blind.isPresent()) {
      throw blind.get().get();
    }
    return box(key);
  }

  /** The next act of that name and key, or {@code Look} at it, runs this first. */
  public synchronized void blockNext(String act, ResourceKey key, Runnable block) {
    blocks.put(act + " " + key, block);
  }

  private void block(String name) {
    Runnable block;
    synchronized (this) {
      block = blocks.remove(name);
    }
    if (block != null) {
      block.run();
    }
  }

  void act(String act, ResourceKey key, Runnable effect) throws ReconcileException {
    block(act + " " + key);
    actNow(act, key, effect);
  }

  private synchronized void actNow(String act, ResourceKey key, Runnable effect)
      throws ReconcileException {
    String name = act + " " + key;
    Deque<Supplier<? extends Throwable>> planned = failures.get(name);
    if (planned != null && !planned.isEmpty()) {
      switch (planned.remove().get()) {
        case ReconcileException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> ToyHost.<RuntimeException>sneak(e);
      }
    }
    acts.add(name);
    if (!undone.contains(name)) {
      effect.run();
    }
  }
}
