package dev.pglet.reconcile.fuzz;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.fuzz.ModelFile.Damage;
import dev.pglet.reconcile.fuzz.ModelFile.Doc;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import dev.pglet.reconcile.testing.UnsyncedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One random history of a directory. What must hold at any time: a box is thrown away only when its
 * deletion was asked for, or when for half a minute no file at all has claimed it, and nothing is
 * wrong with the directory now. What must hold at the end, when everything is mended and it was
 * quiet: there is exactly what the files say.
 */
final class FuzzSequence implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("alpha", "bravo", "charlie", "delta", "echo", "foxtrot");
  private static final List<String> COLOURS = List.of("red", "green", "blue", "white");
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofMillis(100),
          Duration.ofMillis(600),
          Duration.ofSeconds(5),
          Duration.ofSeconds(31),
          Duration.ofSeconds(70));

  /** So many-th histories have threads, as the daemon has; the others are faster. */
  private static final int WITH_WORKERS = 10;

  private static final Duration GONE_FOR = Duration.ofSeconds(30);
  private static final Duration TOGETHER = Duration.ofMinutes(5);

  private final Path base;
  private final Random random;
  private final boolean withWorkers;
  private final TestingScheduler time = new TestingScheduler();
  private final ToyHost host = new ToyHost();
  private final FuzzedDirectory directory;
  private final TrustRule trust;
  private final List<String> log = new ArrayList<>();
  private final Map<String, Instant> absentSince = new TreeMap<>();
  private final Set<String> everClaimed = new TreeSet<>();
  private final Set<String> asked = new TreeSet<>();

  /** What the directory before had and this one has not had yet, whoever has read it or not. */
  private final Set<String> awaited = new TreeSet<>();

  /** What nobody asked for and when it was last, as long as the daemon lives that did it. */
  private final Map<String, Instant> losses = new TreeMap<>();

  private int actsSeen;
  private TestingEngine engine;

  FuzzSequence(Path base, long seed) throws IOException, ReconcileException {
    this.base = base;
    this.random = new Random(seed);
    this.withWorkers = seed % WITH_WORKERS == 0;
    this.trust = TrustRule.forThisProcess();
    boolean asRoot = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    this.directory = new FuzzedDirectory(base.resolve("manifests"), random, asRoot);
    this.engine = open();
  }

  private TestingEngine open() throws ReconcileException {
    return TestingEngine.open(
        base.resolve("data"),
        List.of(new ToyProvider(host)),
        new ManifestDirectory(
            directory.root(),
            ToyProvider.registry(),
            time,
            trust,
            (d, task) -> time.schedule(d, task)),
        time,
        parts -> parts.writingBy(new UnsyncedFiles()));
  }

  private void start() {
    if (withWorkers) {
      engine.start();
    } else {
      engine.startWithoutWorkers();
    }
  }

  /** Runs the history, and throws what it has proven wrong with all that had been done. */
  void run() throws Exception {
    try {
      start();
      int acts = 8 + random.nextInt(12);
      for (int i = 0; i < acts; i++) {
        act();
        notice();
      }
      end();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(String.join("\n", log), e);
    }
  }

  void note(String what) {
    log.add(time.instant() + " " + what);
  }

  /** What the disk says has changed; then whoever watches it may have told the engine. */
  void notice() throws Exception {
    Instant now = time.instant();
    Set<String> claimed = directory.claimed();
    boolean told = random.nextInt(10) < 7;
    if (told) {
      // What comes and goes between two scans has never come back for those who look.
      absentSince.keySet().removeAll(claimed);
    }
    everClaimed.addAll(claimed);
    everClaimed.stream()
        .filter(name -> !claimed.contains(name))
        .forEach(name -> absentSince.putIfAbsent(name, now));
    awaited.removeAll(claimed);
    if (told) {
      engine.engine().rescan();
    }
    Duration pause = random.nextInt(3) == 0 ? any(PAUSES) : Duration.ZERO;
    pass(pause);
  }

  private void pass(Duration duration) throws Exception {
    Instant end = time.instant().plus(duration);
    engine.settleNow();
    check();
    while (time.next().isPresent() && !time.next().get().isAfter(end)) {
      engine.advance(Duration.between(time.instant(), time.next().get()));
      check();
    }
    engine.advance(Duration.between(time.instant(), end));
    check();
  }

  /** Looks at what was thrown away since the last time: nothing of it unasked. */
  private void check() {
    List<String> acts = host.acts();
    for (String act : acts.subList(actsSeen, acts.size())) {
      if (act.startsWith("Burn ") || act.startsWith("Abandon ")) {
        String name = act.substring(act.indexOf('/') + 1);
        note("** " + act);
        if (!asked.remove(name)) {
          require(name);
          if (act.startsWith("Burn ")) {
            requireAlone(name);
          }
        }
      }
    }
    actsSeen = acts.size();
  }

  private void require(String name) {
    if (directory.claimed().contains(name)) {
      throw new AssertionError(name + " was thrown away, and a file claims it");
    }
    Instant since = absentSince.getOrDefault(name, time.instant());
    if (time.instant().isBefore(since.plus(GONE_FOR))) {
      throw new AssertionError(name + " was thrown away, and is missing only since " + since);
    }
    if (!directory.trouble().isEmpty()) {
      throw new AssertionError(name + " was thrown away although " + directory.trouble());
    }
    Set<String> lacking = new TreeSet<>(awaited);
    lacking.retainAll(there());
    if (!lacking.isEmpty() || awaited.contains(name)) {
      throw new AssertionError(
          "%s was thrown away although the root was replaced by one without %s"
              .formatted(name, awaited));
    }
  }

  /** One by one is all at once: the guard allows one, which may come back and go again. */
  private void requireAlone(String name) {
    Instant now = time.instant();
    losses.put(name, now);
    losses.values().removeIf(lost -> !now.isBefore(lost.plus(TOGETHER)));
    if (losses.size() > 1) {
      throw new AssertionError("were thrown away unasked within five minutes: " + losses);
    }
  }

  private void act() throws Exception {
    String name = directory.pick();
    int which = random.nextInt(100 + TreeActs.KINDS);
    if (!Files.isDirectory(directory.root())) {
      if (which < 30) {
        restart();
      } else {
        note("the root comes back");
        directory.bringBack();
      }
    } else if (which >= 100) {
      new TreeActs(this, directory, random).act(which - 100);
    } else if (name.isEmpty() || which < 20) {
      create();
    } else if (which < 62) {
      change(name, which);
    } else if (which < 78) {
      damage(name, which);
    } else if (which < 81) {
      confirm();
    } else if (which < 85) {
      replaceRoot();
    } else if (which < 90) {
      restart();
    } else {
      own(which);
    }
  }

  private void create() throws IOException {
    ModelFile file = newFile(List.of());
    if (!file.docs.isEmpty()) {
      String name = directory.newName();
      note("create " + name + " " + file.docs);
      directory.write(name, file);
    }
  }

  /** Of few documents, none of which is meant already, as a rule. */
  ModelFile newFile(Collection<ModelFile> besides) {
    ModelFile file = new ModelFile();
    int docs = 1 + random.nextInt(3);
    for (int i = 0; i < docs; i++) {
      Doc doc = new Doc(any(NAMES), any(COLOURS), random.nextInt(4) == 0);
      boolean there =
          directory.meant().containsKey(doc.name())
              || besides.stream().anyMatch(other -> other.has(doc.name()));
      boolean twice = there && random.nextInt(5) > 0;
      if (!twice && !file.has(doc.name())) {
        file.docs.add(doc);
      }
    }
    return file;
  }

  /** One of its documents becomes another. */
  void paint(ModelFile file) {
    int index = random.nextInt(file.docs.size());
    file.docs.set(index, file.docs.get(index).painted(any(COLOURS)));
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private void change(String name, int which) throws Exception {
    ModelFile file = directory.file(name);
    if (file.damage != Damage.NONE) {
      note("mend " + name + ", which was " + file.damage);
      directory.mend(name);
    } else if (which < 32) {
      paint(file);
      note("edit " + name + " " + file.docs);
      directory.write(name, file);
    } else if (which < 40) {
      String other = directory.newName();
      note("rename " + name + " to " + other);
      directory.rename(name, other);
    } else if (which < 48) {
      move(name, file);
    } else if (which < 54) {
      dropDocument(name, file);
    } else if (which < 58) {
      note("retire " + name);
      directory.retire(name);
    } else {
      note("delete " + name + " " + file.docs);
      directory.remove(name);
    }
  }

  private void dropDocument(String name, ModelFile file) throws IOException {
    Doc gone = file.docs.remove(random.nextInt(file.docs.size()));
    note("drop " + gone + " from " + name);
    if (file.docs.isEmpty()) {
      directory.remove(name);
    } else {
      directory.write(name, file);
    }
  }

  /** First out of the one and then into the other, or the other way round, with time between. */
  private void move(String name, ModelFile file) throws Exception {
    String other = directory.pick();
    if (other.equals(name) || directory.file(other).damage != Damage.NONE) {
      other = directory.newName();
    }
    ModelFile target = directory.files().getOrDefault(other, new ModelFile());
    Doc doc = file.docs.get(random.nextInt(file.docs.size()));
    boolean outFirst = random.nextBoolean();
    note(
        "move %s from %s to %s, %s"
            .formatted(doc, name, other, outFirst ? "out first" : "in first"));
    if (!outFirst) {
      target.docs.add(doc);
      directory.write(other, target);
      notice();
    }
    file.docs.remove(doc);
    if (file.docs.isEmpty()) {
      directory.remove(name);
    } else {
      directory.write(name, file);
    }
    if (outFirst) {
      notice();
      if (Files.isDirectory(directory.root())) {
        target.docs.add(doc);
        directory.write(other, target);
      }
    }
  }

  private void damage(String name, int which) throws Exception {
    ModelFile file = directory.file(name);
    if (file.damage == Damage.LOCKED) {
      note("unlock " + name);
      directory.mend(name);
    } else if (which < 70) {
      if (file.damage == Damage.NONE) {
        // What nobody has read whole nobody can miss.
        engine.engine().rescan();
        pass(Duration.ofSeconds(2));
      }
      note("cut " + name);
      directory.cut(name);
    } else if (which < 74) {
      note("garble " + name);
      directory.garble(name);
    } else if (file.damage == Damage.NONE) {
      note("lock " + name);
      directory.lock(name);
    }
  }

  private void replaceRoot() throws IOException {
    if (random.nextBoolean()) {
      note("the root is taken away");
      directory.takeAway();
      return;
    }
    boolean whole = random.nextBoolean();
    Set<String> before = new TreeSet<>(directory.claimed());
    directory.replace(whole);
    before.removeAll(directory.claimed());
    note("the root is replaced, without " + before);
    awaited.addAll(before);
  }

  /** Somebody consents to what is held, and somebody else edits meanwhile. */
  private void confirm() throws Exception {
    List<ResourceKey> shown = engine.engine().heldPrunes();
    if (shown.isEmpty()) {
      return;
    }
    if (random.nextBoolean()) {
      String name = directory.newName();
      ModelFile file = new ModelFile();
      file.docs.add(new Doc(any(shown).name(), any(COLOURS), false));
      if (directory.claimed().contains(file.docs.getFirst().name())) {
        return;
      }
      note("put back " + name + " " + file.docs);
      directory.write(name, file);
      if (random.nextBoolean()) {
        note("garble " + name);
        directory.garble(name);
      }
      if (random.nextBoolean()) {
        notice();
      }
    }
    confirm(shown);
  }

  private void confirm(List<ResourceKey> shown) throws Exception {
    check();
    Set<String> claimed = directory.claimed();
    String trouble = directory.files().isEmpty() ? "" : directory.trouble();
    try {
      for (ResourceKey key : engine.engine().confirmPrunes(shown)) {
        note("confirmed " + key);
        if (!shown.contains(key) || claimed.contains(key.name()) || !trouble.isEmpty()) {
          throw new AssertionError(
              "%s was confirmed, shown were %s, claimed are %s, and: %s"
                  .formatted(key, shown, claimed, trouble));
        }
        asked.add(key.name());
      }
    } catch (Refused e) {
      note("not confirmed: " + e.explain());
    }
    engine.settleNow();
    check();
    asked.clear();
  }

  private void restart() throws Exception {
    note("restart");
    engine.close();
    check();
    losses.clear();
    directory.forgetOnlySeen();
    if (Files.isDirectory(directory.root()) && random.nextInt(3) == 0) {
      replaceRoot();
    }
    if (random.nextBoolean()) {
      time.advance(any(PAUSES));
    }
    engine = open();
    start();
  }

  /** Edits by pglet itself. Where a file is damaged they may be refused. */
  private void own(int which) throws Exception {
    if (directory.files().values().stream().anyMatch(file -> file.damage != Damage.NONE)
        || !directory.trouble().isEmpty()) {
      return;
    }
    Map<String, Doc> meant = directory.meant();
    String name = any(List.copyOf(meant.keySet()));
    engine.engine().rescan();
    pass(Duration.ofSeconds(2));
    if (which < 95) {
      Doc doc = Objects.requireNonNull(meant.get(name)).painted(any(COLOURS));
      note("apply " + doc);
      engine.engine().apply(doc.text());
      for (ModelFile file : directory.files().values()) {
        file.docs.replaceAll(old -> old.name().equals(name) ? doc : old);
      }
    } else {
      note("pglet delete " + name);
      asked.add(name);
      if (!engine.engine().delete(ToyProvider.key(name))) {
        throw new AssertionError(name + " cannot be deleted");
      }
      for (String file : List.copyOf(directory.files().keySet())) {
        directory.file(file).docs.removeIf(doc -> doc.name().equals(name));
        if (directory.file(file).docs.isEmpty()) {
          directory.files().remove(file);
        }
      }
    }
  }

  private void end() throws Exception {
    note("mend everything");
    directory.mendAll();
    notice();
    pass(Duration.ofSeconds(2));
    note("restart, which ends no hold");
    engine.close();
    check();
    losses.clear();
    engine = open();
    start();
    pass(Duration.ofSeconds(95));
    Map<String, Doc> meant = directory.meant();
    requireAll(meant);
    List<ResourceKey> held = engine.engine().heldPrunes();
    note("held: " + held);
    held.forEach(key -> asked.add(key.name()));
    engine.engine().confirmPrunes(held);
    pass(Duration.ofSeconds(2));
    requireAll(meant);
    if (!there().equals(meant.keySet())) {
      throw new AssertionError("meant are " + meant.keySet() + ", there are " + there());
    }
  }

  /** The boxes in use. */
  private Set<String> there() {
    Set<String> there = new HashSet<>();
    host.boxes()
        .forEach(
            (key, box) -> {
              if (!box.abandoned()) {
                there.add(key.name());
              }
            });
    return there;
  }

  private void requireAll(Map<String, Doc> meant) {
    meant.forEach(
        (name, doc) -> {
          ToyHost.Box box = host.box(ToyProvider.key(name)).orElse(null);
          if (box == null || box.abandoned() || !box.colour().orElse("").equals(doc.colour())) {
            throw new AssertionError(doc + " is meant, there is " + box);
          }
          long burnt = host.acts().stream().filter(("Burn toy/" + name)::equals).count();
          long built = host.acts().stream().filter(("Build toy/" + name)::equals).count();
          if (built != burnt + 1) {
            throw new AssertionError(
                name + " was built " + built + " and burnt " + burnt + " times");
          }
        });
  }

  @Override
  public void close() throws IOException {
    engine.close();
    directory.open();
    FuzzedDirectory.delete(base);
  }
}
