package dev.pglet.cli.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The lines for pglet in a file that git reads in a manifest directory, beside whatever else stands
 * there.
 */
record OwnLines(Path file, List<String> lines) {
  static OwnLines attributes(Path directory) {
    return new OwnLines(
        directory.resolve(".gitattributes"),
        List.of(
            "# Keeps the status that pglet writes out of commits; after a clone: pglet git setup",
            "*.yaml filter=" + GitFilter.NAME,
            "*.yml filter=" + GitFilter.NAME));
  }

  /** What lies beside a manifest for the two seconds after a write. */
  static OwnLines ignored(Path directory) {
    return new OwnLines(
        directory.resolve(".gitignore"), List.of(".*.pglet-new-*", ".*.pglet-swap-*"));
  }

  /** Adds what is missing behind everything else, which it then outweighs. */
  void add() throws IOException {
    String text = Files.exists(file) ? Files.readString(file) : "";
    StringBuilder added = new StringBuilder(text);
    if (!text.isEmpty() && !text.endsWith("\n")) {
      added.append('\n');
    }
    List<String> there = text.lines().toList();
    lines.stream()
        .filter(line -> !there.contains(line))
        .forEach(line -> added.append(line).append('\n'));
    if (!text.contentEquals(added)) {
      Files.writeString(file, added);
    }
  }

  /**
   * Takes exactly those lines out; a file that held nothing else goes.
   *
   * @return whether there were any
   */
  boolean remove() throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    String text = Files.readString(file);
    // The others keep their ends, whatever those are.
    String kept =
        Arrays.stream(text.split("(?<=\n)", -1))
            .filter(line -> !lines.contains(line.stripTrailing()))
            .collect(Collectors.joining());
    if (kept.equals(text)) {
      return false;
    }
    if (kept.isEmpty()) {
      Files.delete(file);
    } else {
      Files.writeString(file, kept);
    }
    return true;
  }
}
