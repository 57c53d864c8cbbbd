package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inventory on the disk: a file with all of it, and a log of what has changed since that was
 * written, one JSON object a line. So a change costs what it is long, however much else there is.
 *
 * <p>The file has a number, and each line of the log has that of the file that it belongs to. A new
 * file makes the old lines void by its number, whether the log was removed before a crash or not. A
 * last line without an end was torn by a crash before anything was done for it.
 */
final class InventoryStore {
  /** A shorter log is never worth a new file. */
  static final long SHORT_LOG = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(InventoryStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of the file in the file, and in each line of the log. */
  static final String NUMBER = "number";

  private final VersionedFile file;
  private final Path log;
  private final DurableFiles files;
  private final InstantSource clock;
  private final Consumer<String> problems;

  /** One change of the inventory that was in the file of that number. */
  private record Line(long number, Inventory.Change change) {}

  private long number;
  private long logged;
  private long longest = SHORT_LOG;

  /** Whether the log may end in the middle of a line, or with one that is not in force. */
  private boolean doubtful;

  /**
   * Nothing is read yet.
   *
   * @param problems hears what was wrong with the log
   */
  InventoryStore(
      VersionedFile file,
      Path log,
      DurableFiles files,
      InstantSource clock,
      Consumer<String> problems) {
    this.file = requireNonNull(file, "file is null");
    this.log = requireNonNull(log, "log is null");
    this.files = requireNonNull(files, "files is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.problems = requireNonNull(problems, "problems is null");
  }

  Inventory.Content load() throws Refused, HostUnavailable {
    Optional<Inventory.Content> whole = loadFile();
    Inventory.Content content = whole.orElseGet(Inventory.Content::new);
    String lines = readLog();
    if (!lines.isEmpty()) {
      List<Line> changes = parse(lines);
      if (whole.isEmpty()) {
        // Those of the newest file are all that is left of it.
        number = changes.stream().mapToLong(Line::number).max().orElse(0);
      }
      changes.stream()
          .filter(line -> line.number() == number)
          .forEach(line -> content.apply(line.change()));
      logged = lines.length();
      doubtful |= !lines.endsWith("\n");
      tidy(content);
    }
    return content;
  }

  private Optional<Inventory.Content> loadFile() throws Refused, HostUnavailable {
    Optional<ObjectNode> json = file.read();
    if (json.isPresent()) {
      try {
        Inventory.Content content = InventoryJson.read(json.get());
        number = json.get().required(NUMBER).longValue();
        return Optional.of(content);
      } catch (RuntimeException e) {
        file.setAside(e.toString());
      }
    }
    return Optional.empty();
  }

  private String readLog() throws HostUnavailable {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnreadable",
          "reading " + log + ": " + e,
          "Make it readable for the account of pglet",
          e);
    }
  }

  /** Each line says what is so from then on, so those behind a damaged one still hold. */
  private List<Line> parse(String lines) throws HostUnavailable {
    List<Line> parsed = new ArrayList<>();
    int damaged = 0;
    String why = "";
    for (String line : lines.substring(0, lines.lastIndexOf('\n') + 1).lines().toList()) {
      try {
        JsonNode change = JSON.readTree(line);
        parsed.add(new Line(change.required(NUMBER).longValue(), InventoryJson.readChange(change)));
      } catch (JsonProcessingException e) {
        damaged++;
        why = e.getOriginalMessage();
      } catch (RuntimeException e) {
        damaged++;
        why = e.toString();
      }
    }
    if (damaged > 0) {
      copyAside(lines, damaged, why);
      doubtful = true;
    }
    return parsed;
  }

  /** The log itself stays until all that is in force is in one file. */
  private void copyAside(String lines, int damaged, String why) throws HostUnavailable {
    Path aside = VersionedFile.damaged(log, clock);
    try {
      files.write(aside, lines.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateCorrupt",
          "%s is damaged (%s) and cannot be copied to %s: %s".formatted(log, why, aside, e),
          "Free some space, or make the state directory writable",
          e);
    }
    problems.accept(
        "%s has %d damaged lines: %s. It was copied to %s, and what its other lines say is in force"
            .formatted(log, damaged, why, aside));
  }

  /** After this has returned the change is on the disk. */
  void add(Inventory.Change change, Inventory.Content before) throws IOException {
    if (doubtful) {
      writeAll(before);
    }
    ObjectNode json = InventoryJson.write(change).put(NUMBER, number);
    byte[] line = (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    doubtful = true;
    files.appendDurably(log, line);
    doubtful = false;
    logged += line.length;
  }

  /** Makes one file of all of it where the log is long or in doubt. A full disk can wait. */
  void tidy(Inventory.Content content) {
    if (doubtful || logged > longest) {
      writeAllOrLater(content);
    }
  }

  /** Makes one file of all of it, where there is a log at all. */
  void close(Inventory.Content content) {
    if (doubtful || logged > 0) {
      writeAllOrLater(content);
    }
  }

  private void writeAllOrLater(Inventory.Content content) {
    try {
      writeAll(content);
    } catch (IOException e) {
      longest = 2 * Math.max(logged, SHORT_LOG);
      LOG.atWarn()
          .addKeyValue("log", log)
          .setCause(e)
          .log("the inventory's log stays, and cannot be put into one file yet");
    }
  }

  private void writeAll(Inventory.Content content) throws IOException {
    long size;
    try {
      size = file.write(InventoryJson.write(content).put(NUMBER, number + 1));
    } catch (IOException e) {
      // Lines under the old number count only as long as the old file is there.
      doubtful |= !isStillThere();
      throw e;
    }
    number++;
    doubtful = true;
    files.delete(log);
    doubtful = false;
    logged = 0;
    longest = Math.max(SHORT_LOG, size);
  }

  private boolean isStillThere() {
    try {
      return file.read().map(json -> json.path(NUMBER).longValue()).orElse(0L) == number;
    } catch (Refused | HostUnavailable e) {
      LOG.atDebug().addKeyValue("log", log).setCause(e).log("the inventory cannot be read back");
      return false;
    }
  }
}
