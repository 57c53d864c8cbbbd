package dev.pglet.reconcile.gitops;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Single edits of the manifests in a work tree. */
final class Work {
  private static final List<String> COLOURS = List.of("red", "green", "blue", "\"grey\"", "white");

  private final Boxes boxes;
  private final Random random;
  private final Consumer<String> seen;
  private int names;

  Work(Boxes boxes, Random random, Consumer<String> seen) {
    this.boxes = boxes;
    this.random = random;
    this.seen = seen;
  }

  void change() throws Exception {
    int kind = random.nextInt(100);
    if (boxes.files().size() < 4 || kind < 20) {
      add();
    } else if (kind < 65) {
      paint();
    } else if (kind < 77) {
      deleteSome(1);
    } else if (kind < 81) {
      deleteSome(2 + random.nextInt(2));
    } else if (kind < 90) {
      rename();
    } else {
      move();
    }
  }

  void add() throws IOException {
    Path file = anyPath();
    List<String> documents = boxes.documents(file);
    documents.add(random.nextInt(documents.size() + 1), Boxes.document("t" + names++, colour()));
    boxes.save(file, documents);
  }

  private void paint() throws IOException {
    Path file = anyFile();
    List<String> documents = boxes.documents(file);
    int which = random.nextInt(documents.size());
    documents.set(which, Boxes.painted(documents.get(which), colour()));
    boxes.save(file, documents);
  }

  void deleteSome(int count) throws IOException {
    for (int i = 0; i < count && !boxes.files().isEmpty(); i++) {
      Path file = anyFile();
      List<String> documents = boxes.documents(file);
      documents.remove(random.nextInt(documents.size()));
      boxes.save(file, documents);
    }
    seen.accept("delete");
  }

  private void rename() throws Exception {
    Path from = anyFile();
    Path to = from.resolveSibling("renamed" + names++ + ".yaml");
    boxes.repository().git("mv", from.toString(), to.toString());
    seen.accept("rename");
  }

  private void move() throws IOException {
    Path from = anyFile();
    Path to = anyPath();
    if (!from.equals(to)) {
      List<String> left = boxes.documents(from);
      String moved = left.remove(random.nextInt(left.size()));
      List<String> there = boxes.documents(to);
      there.add(moved);
      boxes.save(to, there);
      boxes.save(from, left);
      seen.accept("move");
    }
  }

  private Path anyFile() throws IOException {
    List<Path> files = new ArrayList<>(boxes.files());
    return files.get(random.nextInt(files.size()));
  }

  private Path anyPath() {
    int number = random.nextInt(14);
    Path root = boxes.repository().workTree();
    return root.resolve((number % 3 == 0 ? "team b/" : "") + "boxes-" + number + ".yaml");
  }

  private String colour() {
    return COLOURS.get(random.nextInt(COLOURS.size()));
  }
}
