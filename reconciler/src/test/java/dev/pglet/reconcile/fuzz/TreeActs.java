package dev.pglet.reconcile.fuzz;

import dev.pglet.reconcile.fuzz.ModelFile.Damage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What somebody does with subdirectories and symbolic links. */
record TreeActs(FuzzSequence sequence, FuzzedDirectory directory, Random random) {
  /** So many of them there are, as often as they are done. */
  static final int KINDS = 20;

  private FuzzedTree tree() {
    return directory.tree();
  }

  /** One of them. */
  void act(int which) throws Exception {
    String folder = tree().pickFolder();
    String name = directory.pick();
    if (name.isEmpty() || which < 4) {
      make();
    } else if (which < 14 && !tree().closed().isEmpty() && random.nextInt(3) == 0) {
      open();
    } else if (which < 7 && !folder.isEmpty()) {
      rename(folder);
    } else if (which < 9 && !folder.isEmpty()) {
      remove(folder);
    } else if (which < 11) {
      moveAcross(name);
    } else if (which < 14 && !folder.isEmpty()) {
      sequence.note("close " + folder);
      tree().close(folder);
    } else if (which < 18) {
      link(name);
    } else {
      secondName(name);
    }
  }

  private void make() throws Exception {
    String folder = tree().newFolder();
    Map<String, ModelFile> inIt = new TreeMap<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      ModelFile file = sequence.newFile(inIt.values());
      if (!file.docs.isEmpty()) {
        inIt.put("f" + random.nextInt(1000) + ".yaml", file);
      }
    }
    boolean atOnce = random.nextBoolean();
    sequence.note("make " + folder + " with " + inIt.keySet() + (atOnce ? " at once" : ""));
    if (atOnce) {
      tree().make(folder, inIt);
      return;
    }
    for (Map.Entry<String, ModelFile> file : inIt.entrySet()) {
      directory.write(folder + file.getKey(), file.getValue());
      maybeNotice();
    }
  }

  private void maybeNotice() throws Exception {
    if (random.nextInt(4) == 0) {
      sequence.notice();
    }
  }

  private void open() throws IOException {
    List<String> closed = tree().closed();
    String folder = closed.get(random.nextInt(closed.size()));
    sequence.note("open " + folder);
    tree().open(folder);
  }

  private void rename(String folder) throws Exception {
    String other = tree().newFolder();
    if (other.startsWith(folder)) {
      return;
    }
    boolean atOnce = random.nextBoolean();
    sequence.note("rename " + folder + " to " + other + (atOnce ? " at once" : ""));
    if (atOnce) {
      tree().rename(folder, other);
      return;
    }
    for (String name : tree().in(folder)) {
      directory.rename(name, other + name.substring(folder.length()));
      maybeNotice();
    }
  }

  private void remove(String folder) throws Exception {
    boolean atOnce = random.nextBoolean();
    sequence.note("remove " + folder + " with " + tree().in(folder) + (atOnce ? " at once" : ""));
    if (atOnce) {
      tree().remove(folder);
      return;
    }
    for (String name : tree().in(folder)) {
      directory.remove(name);
      maybeNotice();
    }
  }

  private void moveAcross(String name) throws IOException {
    String file = name.substring(name.lastIndexOf('/') + 1);
    String other = (name.contains("/") ? "" : tree().anyFolder()) + file;
    if (tree().isOpen(other) && !directory.files().containsKey(other)) {
      sequence.note("move " + name + " to " + other);
      directory.rename(name, other);
    }
  }

  /** One more level, or another target with another text. */
  private void link(String name) throws Exception {
    ModelFile file = directory.file(name);
    if (file.damage != Damage.NONE) {
      return;
    }
    if (tree().isLink(name)) {
      sequence.paint(file);
    }
    boolean atOnce = random.nextBoolean();
    sequence.note("link " + name + " " + file.docs + (atOnce ? " at once" : ""));
    if (!atOnce) {
      directory.remove(name);
      maybeNotice();
      directory.files().put(name, file);
    }
    tree().makeLink(name, file);
  }

  private void secondName(String to) throws IOException {
    List<String> links = tree().secondNames();
    if (links.isEmpty() || random.nextInt(3) == 0) {
      String link = tree().newSecondName();
      sequence.note("link " + link + " to " + to);
      tree().leadSecondName(link, to);
      return;
    }
    String link = links.get(random.nextInt(links.size()));
    if (random.nextBoolean()) {
      sequence.note("lead " + link + " to " + to);
      tree().leadSecondName(link, to);
    } else {
      sequence.note("remove " + link);
      tree().removeSecondName(link);
    }
  }
}
