package dev.pglet.reconcile.fuzz;

import dev.pglet.manifest.edit.StatusRemoval;
import dev.pglet.reconcile.fuzz.ModelFile.Damage;
import dev.pglet.reconcile.fuzz.ModelFile.Doc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real directory of manifests, and what everybody who edits it means by it. */
final class FuzzedDirectory {
  private static final Pattern NAME = Pattern.compile("^  name: (\\S+)$", Pattern.MULTILINE);
  private static final List<String> GARBAGE =
      List.of(
          "spec: [\n",
          "<<<<<<< HEAD\nkind: Toy\n=======\nkind: Toy\n>>>>>>> other\n",
          "kind: Toy\nmetadata: {name: 7}\n",
          "\u0000\u0000",
          // No beginning of it is a manifest either, which would be one that somebody has put
          // there.
          "apiVersion: pglet.dev/v1alpha1\nkind: Toy\nspec:\n  sise: 1\nmetadata:\n  name: x\n");

  private final Path root;
  private final Random random;
  private final boolean asRoot;
  private final Map<String, ModelFile> files = new TreeMap<>();
  private final FuzzedTree tree;

  FuzzedDirectory(Path root, Random random, boolean asRoot) throws IOException {
    this.root = Files.createDirectories(root).toRealPath();
    this.random = random;
    this.asRoot = asRoot;
    this.tree = new FuzzedTree(this.root, random, asRoot, files);
  }

  FuzzedTree tree() {
    return tree;
  }

  Path root() {
    return root;
  }

  Map<String, ModelFile> files() {
    return files;
  }

  private Path path(String name) {
    return root.resolve(name);
  }

  /**
   * The names that some file on the disk claims: at face value, and what a file is meant to hold of
   * which a broken write has left only the beginning.
   */
  Set<String> claimed() {
    Set<String> claimed = new TreeSet<>();
    for (Map.Entry<String, ModelFile> file : files.entrySet()) {
      file.getValue().cutOff.forEach(doc -> claimed.add(doc.name()));
      String hidden = tree.hidden(file.getKey());
      Matcher matcher =
          NAME.matcher(hidden == null ? read(path(file.getKey()), file.getValue()) : hidden);
      while (matcher.find()) {
        claimed.add(matcher.group(1));
      }
    }
    return claimed;
  }

  /** What stands in a file, if it can be read. */
  static String read(Path path, ModelFile file) {
    if (file.damage == Damage.LOCKED) {
      return file.text();
    }
    try {
      return Files.exists(path) ? Files.readString(path) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why nothing at all may be deleted now, as far as that is certain; empty for no reason. */
  String trouble() {
    if (!Files.isDirectory(root)) {
      return "the root is missing";
    }
    Set<String> seen = new HashSet<>();
    for (Map.Entry<String, ModelFile> file : files.entrySet()) {
      Damage damage = file.getValue().damage;
      if (damage == Damage.GARBAGE || damage == Damage.LOCKED) {
        return file.getKey() + " is " + damage;
      }
      for (Doc doc : damage == Damage.NONE ? file.getValue().docs : List.<Doc>of()) {
        if (!seen.add(doc.name())) {
          return doc.name() + " is defined twice";
        }
      }
    }
    return files.isEmpty() ? "the directory is empty" : tree.trouble();
  }

  Map<String, Doc> meant() {
    Map<String, Doc> meant = new TreeMap<>();
    files.values().forEach(file -> file.docs.forEach(doc -> meant.put(doc.name(), doc)));
    return meant;
  }

  /** A file that can be reached; empty for none. */
  String pick() {
    List<String> names = files.keySet().stream().filter(tree::isOpen).toList();
    return names.isEmpty() ? "" : names.get(random.nextInt(names.size()));
  }

  String newName() {
    String folder = random.nextInt(4) == 0 ? tree.anyFolder() : "";
    String end = random.nextBoolean() ? ".yaml" : ".yml";
    String name = folder + "f" + random.nextInt(1000) + end;
    return files.containsKey(name) || !tree.isOpen(name) ? newName() : name;
  }

  void write(String name, ModelFile file) throws IOException {
    files.put(name, file);
    put(name, file.text());
    file.damage = Damage.NONE;
    file.cutOff.clear();
    file.onlySeen.clear();
  }

  /** In place as {@code >} does, or beside and renamed as editors do. */
  private void put(String name, String text) throws IOException {
    Path path = path(name);
    Files.createDirectories(path.getParent());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (random.nextBoolean() && Files.exists(path)) {
      Files.write(path, bytes);
    } else {
      Path beside = path.resolveSibling(".#" + path.getFileName() + ".tmp");
      Files.write(beside, bytes);
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  void remove(String name) throws IOException {
    files.remove(name);
    Files.deleteIfExists(path(name));
  }

  void rename(String name, String other) throws IOException {
    Files.createDirectories(path(other).getParent());
    Files.move(path(name), path(other), StandardCopyOption.ATOMIC_MOVE);
    ModelFile file = files.remove(name);
    if (file != null) {
      file.moved();
      files.put(other, file);
    }
  }

  /** It stays there, under a name that is no manifest's. */
  void retire(String name) throws IOException {
    Files.move(path(name), path(name + ".bak"), StandardCopyOption.REPLACE_EXISTING);
    files.remove(name);
  }

  void cut(String name) throws IOException {
    String text = Files.readString(path(name));
    String some = text.substring(0, random.nextInt(4) == 0 ? 0 : random.nextInt(text.length() + 1));
    Files.writeString(path(name), some);
    ModelFile file = file(name);
    if (file.damage == Damage.NONE && !some.equals(text)) {
      file.cut();
      file.docs.stream().filter(doc -> isTwice(doc.name())).forEach(file.onlySeen::add);
    }
    for (int docs = file.cutOff.size() - 1; docs > 0; docs--) {
      // What ends right behind a document cannot be told from one whose others were removed.
      if (endsBehind(file.cutOff.subList(0, docs), some)) {
        file.cutOff.subList(docs, file.cutOff.size()).clear();
      }
    }
    file.damage = Damage.CUT;
  }

  private boolean isTwice(String name) {
    return files.values().stream().filter(file -> file.has(name)).count() > 1;
  }

  /** What only the daemon knows that ends now. */
  void forgetOnlySeen() {
    files.values().forEach(ModelFile::forgetOnlySeen);
  }

  /** With their statuses, or as they were committed. */
  private static boolean endsBehind(List<Doc> docs, String text) {
    String own = docs.stream().map(Doc::text).collect(Collectors.joining("---\n")).strip();
    return StatusRemoval.of(text).strip().equals(own)
        && (text.strip().equals(own) || text.strip().endsWith("type: Deleting"));
  }

  void garble(String name) throws IOException {
    put(name, GARBAGE.get(random.nextInt(GARBAGE.size())));
    file(name).damage = Damage.GARBAGE;
  }

  /** Root reads everything, and believes nothing that everybody may write. */
  void lock(String name) throws IOException {
    permit(name, asRoot ? "rw-rw-rw-" : "---------");
    file(name).damage = Damage.LOCKED;
  }

  private void permit(String name, String mode) throws IOException {
    Files.setPosixFilePermissions(path(name), PosixFilePermissions.fromString(mode));
  }

  ModelFile file(String name) {
    ModelFile file = files.get(name);
    if (file == null) {
      throw new IllegalArgumentException(name);
    }
    return file;
  }

  void mend(String name) throws IOException {
    ModelFile file = file(name);
    if (file.damage == Damage.LOCKED) {
      permit(name, "rw-r--r--");
    }
    if (file.docs.isEmpty()) {
      remove(name);
    } else {
      write(name, file);
    }
  }

  /** Another directory in its place, with a part of the files. */
  void replace(boolean whole) throws IOException {
    tree.openAll();
    Path old = root.resolveSibling("old-" + random.nextInt(1_000_000));
    Files.move(root, old);
    Files.createDirectory(root);
    tree.forget();
    for (String name : List.copyOf(files.keySet())) {
      ModelFile file = file(name);
      if (whole || random.nextBoolean()) {
        write(name, file);
      } else {
        files.remove(name);
      }
    }
    delete(old);
  }

  void takeAway() throws IOException {
    Files.move(root, root.resolveSibling("away"));
  }

  void bringBack() throws IOException {
    Path away = root.resolveSibling("away");
    if (Files.isDirectory(away)) {
      Files.move(away, root);
    }
  }

  /** Whole files, no name twice, the root in its place. */
  void mendAll() throws IOException {
    open();
    Set<String> seen = new HashSet<>();
    for (String name : List.copyOf(files.keySet())) {
      ModelFile file = file(name);
      List<Doc> once = new ArrayList<>(file.docs);
      once.removeIf(doc -> !seen.add(doc.name()));
      boolean same = once.size() == file.docs.size() && file.damage == Damage.NONE;
      file.docs.clear();
      file.docs.addAll(once);
      if (!same || file.docs.isEmpty()) {
        mend(name);
      }
    }
    tree.mendLinks();
  }

  /** All can be removed. */
  void open() throws IOException {
    bringBack();
    tree.openAll();
  }

  static void delete(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
