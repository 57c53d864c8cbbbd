package dev.pglet.reconcile.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One manifest file as somebody means it, and what is wrong with it on the disk. */
final class ModelFile {
  /** One document. */
  record Doc(String name, String colour, boolean keep) {
    String text() {
      return """
          apiVersion: pglet.dev/v1alpha1
          kind: Toy
          metadata:
            name: %s
          spec:
            size: 1
            keep: %s
            colour: %s
          """
          .formatted(name, keep, colour);
    }

    Doc painted(String other) {
      return new Doc(name, other, keep);
    }
  }

  /** What is on the disk. */
  enum Damage {
    NONE,
    /** Only its beginning: what that means nobody can say. */
    CUT,
    /** Nothing that could be a manifest. */
    GARBAGE,
    /** Its permissions forbid to read it, or to believe it. */
    LOCKED
  }

  final List<Doc> docs = new ArrayList<>();

  /** What it still claims although a broken write has left less of it. */
  final List<Doc> cutOff = new ArrayList<>();

  /**
   * Which of these another file had too, or stood in it under another path: only the daemon that
   * has read them knows of them.
   */
  final List<Doc> onlySeen = new ArrayList<>();

  Damage damage = Damage.NONE;

  /** Whether the daemon that runs has never read it whole, and knows of the loss by its path. */
  private boolean knownByPath;

  /** It has another path now. */
  void moved() {
    if (knownByPath) {
      cutOff.clear();
    } else {
      onlySeen.addAll(cutOff);
    }
  }

  /** Another daemon runs now. */
  void forgetOnlySeen() {
    cutOff.removeAll(onlySeen);
    knownByPath = true;
  }

  /** A broken write leaves less of it. */
  void cut() {
    cutOff.addAll(docs);
    knownByPath = false;
  }

  String text() {
    return docs.stream().map(Doc::text).collect(Collectors.joining("---\n"));
  }

  boolean has(String name) {
    return docs.stream().anyMatch(doc -> doc.name().equals(name));
  }
}
