package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One JSON file of the state directory, with a {@code formatVersion}. A newer one is refused, an
 * older one is migrated after a copy, a damaged one is kept aside and read as absent.
 */
final class VersionedFile {
  private static final String VERSION = "formatVersion";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final DurableFiles files;
  private final InstantSource clock;
  private final Consumer<String> problems;
  private final List<UnaryOperator<ObjectNode>> migrations;

  /**
   * A file in the newest format, whose version is one more than there are migrations.
   *
   * @param problems hears what was wrong with the file
   * @param migrations the first from version 1 to 2, and so on
   */
  VersionedFile(
      Path file,
      DurableFiles files,
      InstantSource clock,
      Consumer<String> problems,
      List<UnaryOperator<ObjectNode>> migrations) {
    this.file = requireNonNull(file, "file is null");
    this.files = requireNonNull(files, "files is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.problems = requireNonNull(problems, "problems is null");
    this.migrations = List.copyOf(migrations);
  }

  private int newest() {
    return migrations.size() + 1;
  }

  /** Returns how many bytes it has now. */
  long write(ObjectNode content) throws IOException {
    content.put(VERSION, newest());
    byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
    files.write(file, bytes);
    return bytes.length;
  }

  void delete() throws IOException {
    files.delete(file);
  }

  /** The content in the newest format; empty when the file is absent or damaged. */
  Optional<ObjectNode> read() throws Refused, HostUnavailable {
    byte[] bytes;
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnreadable",
          "reading " + file + ": " + e,
          "Make it readable for the account of pglet",
          e);
    }
    try {
      JsonNode tree = JSON.readTree(bytes);
      if (tree instanceof ObjectNode object && object.path(VERSION).asInt(0) >= 1) {
        return Optional.of(migrated(object, bytes));
      }
      setAside("it is no JSON object with a formatVersion");
    } catch (JsonProcessingException e) {
      setAside(e.getOriginalMessage());
    } catch (IOException e) {
      setAside(e.toString());
    }
    return Optional.empty();
  }

  private ObjectNode migrated(ObjectNode content, byte[] bytes) throws Refused, IOException {
    int version = content.path(VERSION).asInt();
    if (version > newest()) {
      throw new Refused(
          "StateNewer",
          "%s has formatVersion %d, and this pglet knows %d at most"
              .formatted(file, version, newest()),
          "Run the pglet that wrote it, or a newer one");
    }
    if (version == newest()) {
      return content;
    }
    files.write(beside(".v" + version), bytes);
    ObjectNode current = content;
    for (int from = version; from < newest(); from++) {
      current = migrations.get(from - 1).apply(current);
    }
    write(current);
    return current;
  }

  /** Keeps a file whose content makes no sense, out of the way. */
  void setAside(String why) throws HostUnavailable {
    Path aside = damaged(file, clock);
    try {
      files.keepAside(file, aside);
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateCorrupt",
          "%s is damaged (%s) and cannot be moved aside: %s".formatted(file, why, e),
          "Move it away",
          e);
    }
    problems.accept(
        "%s is damaged: %s. It was kept as %s, and what it said is rebuilt from the markers on the volumes"
            .formatted(file, why, aside));
  }

  /** Where a damaged file is kept. */
  static Path damaged(Path file, InstantSource clock) {
    String now = clock.instant().toString().replace(":", "");
    return file.resolveSibling(file.getFileName() + ".corrupt-" + now);
  }

  private Path beside(String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
