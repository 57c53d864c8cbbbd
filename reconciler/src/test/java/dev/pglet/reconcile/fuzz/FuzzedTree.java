package dev.pglet.reconcile.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The subdirectories and the symbolic links of a {@link FuzzedDirectory}. A folder is named as the
 * names of the files in it begin, such as {@code sub0/in/}.
 */
final class FuzzedTree {
  private static final List<String> FOLDERS = List.of("sub0/", "sub1/", "sub0/in/");

  /** Hidden, as that of a mounted volume is. */
  private static final String STORE = "..store";

  private final Path root;
  private final Random random;
  private final boolean asRoot;
  private final Map<String, ModelFile> files;

  /** The folders that cannot be read, and what stands in their files, which nobody can change. */
  private final Map<String, Map<String, String>> closed = new TreeMap<>();

  /** Second names of manifests, which mean nothing while they lead to one. */
  private final Map<String, String> links = new TreeMap<>();

  private int made;

  FuzzedTree(Path root, Random random, boolean asRoot, Map<String, ModelFile> files) {
    this.root = root;
    this.random = random;
    this.asRoot = asRoot;
    this.files = files;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  String anyFolder() {
    return any(FOLDERS);
  }

  /** Whether a file, or one of that name, can be reached. */
  boolean isOpen(String name) {
    return closed.keySet().stream().noneMatch(name::startsWith);
  }

  /** What stands in a file that nobody can read now; null for one of which that cannot be said. */
  @Nullable String hidden(String name) {
    return closed.values().stream()
        .filter(texts -> texts.containsKey(name))
        .map(texts -> texts.get(name))
        .findFirst()
        .orElse(null);
  }

  /** One with files in it, all of which can be reached; empty for none. */
  String pickFolder() {
    TreeSet<String> folders = new TreeSet<>();
    for (String name : files.keySet()) {
      for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
        folders.add(name.substring(0, end + 1));
      }
    }
    folders.removeIf(
        folder -> !isOpen(folder) || closed.keySet().stream().anyMatch(inside(folder)));
    return folders.isEmpty() ? "" : any(List.copyOf(folders));
  }

  private static Predicate<String> inside(String folder) {
    return name -> name.startsWith(folder);
  }

  List<String> in(String folder) {
    return files.keySet().stream().filter(inside(folder)).toList();
  }

  /** A folder that is not there. */
  String newFolder() {
    String above = random.nextInt(3) == 0 ? any(FOLDERS) : "";
    String folder = above + "sub" + (2 + random.nextInt(1000)) + "/";
    return isOpen(folder) && !Files.exists(root.resolve(folder)) ? folder : newFolder();
  }

  /** With all that is in it, at once. */
  void rename(String folder, String other) throws IOException {
    Path target = root.resolve(other);
    Files.createDirectories(target.getParent());
    Files.move(root.resolve(folder), target, StandardCopyOption.ATOMIC_MOVE);
    for (String name : in(folder)) {
      ModelFile file = files.remove(name);
      if (file != null) {
        file.moved();
        files.put(other + name.substring(folder.length()), file);
      }
    }
  }

  /** With all that is in it, at once. */
  void remove(String folder) throws IOException {
    Path away = root.resolveSibling("removed-" + made++);
    Files.move(root.resolve(folder), away, StandardCopyOption.ATOMIC_MOVE);
    files.keySet().removeIf(inside(folder));
    FuzzedDirectory.delete(away);
  }

  /** With files in it from the beginning. */
  void make(String folder, Map<String, ModelFile> inIt) throws IOException {
    Path beside = Files.createDirectory(root.resolveSibling("made-" + made++));
    for (Map.Entry<String, ModelFile> file : inIt.entrySet()) {
      Files.writeString(beside.resolve(file.getKey()), file.getValue().text());
      files.put(folder + file.getKey(), file.getValue());
    }
    Path target = root.resolve(folder);
    Files.createDirectories(target.getParent());
    Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
  }

  List<String> closed() {
    return List.copyOf(closed.keySet());
  }

  /** Root reads everything, and believes nothing that everybody may write. */
  void close(String folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, ModelFile> file : files.entrySet()) {
      if (file.getKey().startsWith(folder)) {
        Path path = root.resolve(file.getKey());
        texts.put(file.getKey(), FuzzedDirectory.read(path, file.getValue()));
      }
    }
    permit(folder, asRoot ? "rwxrwxrwx" : "---------");
    closed.put(folder, texts);
  }

  void open(String folder) throws IOException {
    permit(folder, "rwxr-xr-x");
    closed.remove(folder);
  }

  private void permit(String folder, String mode) throws IOException {
    Files.setPosixFilePermissions(root.resolve(folder), PosixFilePermissions.fromString(mode));
  }

  void openAll() throws IOException {
    for (String folder : closed()) {
      open(folder);
    }
  }

  /** Another directory is in the place of the root: what is no file is not in it. */
  void forget() {
    closed.clear();
    links.clear();
  }

  /** Whether a manifest is a link to what holds it. */
  boolean isLink(String name) {
    return Files.isSymbolicLink(root.resolve(name));
  }

  /** What stands in a file stands elsewhere from now on, and the file is a link to there. */
  void makeLink(String name, ModelFile file) throws IOException {
    Path store = Files.createDirectories(root.resolve(STORE)).resolve("stored-" + made++);
    Files.writeString(store, file.text());
    lead(name, store);
  }

  /** At once, as {@code ln -sfT} and {@code mv -T} do. */
  private void lead(String name, Path target) throws IOException {
    Path link = root.resolve(name);
    Path beside = link.resolveSibling("." + link.getFileName() + "-" + made++);
    Files.createSymbolicLink(beside, target);
    Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  List<String> secondNames() {
    return List.copyOf(links.keySet());
  }

  /** They come last in the order of names: the first of two links to one file is the manifest. */
  String newSecondName() {
    String name = "zz" + random.nextInt(1000) + ".yaml";
    return links.containsKey(name) ? newSecondName() : name;
  }

  void leadSecondName(String name, String to) throws IOException {
    lead(name, root.resolve(to));
    links.put(name, to);
  }

  void removeSecondName(String name) throws IOException {
    Files.delete(root.resolve(name));
    links.remove(name);
  }

  /** Those that lead nowhere are all that is wrong with links. */
  void mendLinks() throws IOException {
    for (String name : secondNames()) {
      if (!files.containsKey(links.get(name))) {
        removeSecondName(name);
      }
    }
  }

  /** Why nothing at all may be deleted; empty for no reason. */
  String trouble() {
    for (String folder : closed.keySet()) {
      return folder + " cannot be read";
    }
    for (Map.Entry<String, String> link : links.entrySet()) {
      if (!files.containsKey(link.getValue())) {
        return link.getKey() + " leads nowhere";
      }
    }
    return "";
  }
}
