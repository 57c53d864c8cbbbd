package dev.pglet.reconcile.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The journals of operations, one file each. Thread-safe for different ids. */
public final class Journals {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final String SUFFIX = ".json";

  private final Path directory;
  private final Function<Path, VersionedFile> files;

  Journals(Path directory, Function<Path, VersionedFile> files) {
    this.directory = directory;
    this.files = files;
  }

  /** How an operation ended. */
  public enum End {
    SUCCEEDED,
    FAILED
  }

  /**
   * What is on disk of one operation.
   *
   * @param end absent while it runs, and for ever when the daemon ended meanwhile
   */
  public record Journal(
      String id,
      ResourceKey owner,
      String name,
      Map<String, String> inputs,
      Instant started,
      Optional<End> end,
      String reason,
      String message) {
    public Journal {
      if (!ID.matcher(id).matches()) {
        throw new IllegalArgumentException("operation id must match " + ID + ": " + id);
      }
      inputs = Map.copyOf(inputs);
    }

    public Journal ended(End how, String why, String explanation) {
      return new Journal(id, owner, name, inputs, started, Optional.of(how), why, explanation);
    }
  }

  /** All of them; damaged ones are set aside. */
  public List<Journal> all() throws Refused, HostUnavailable {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> paths;
    try (Stream<Path> list = Files.list(directory)) {
      paths = list.filter(path -> isJournal(path.getFileName().toString())).sorted().toList();
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnreadable",
          "listing " + directory + ": " + e,
          "Make it readable for the account of pglet",
          e);
    }
    List<Journal> journals = new ArrayList<>();
    for (Path path : paths) {
      VersionedFile file = files.apply(path);
      Optional<ObjectNode> content = file.read();
      if (content.isPresent()) {
        try {
          journals.add(journal(content.get()));
        } catch (RuntimeException e) {
          file.setAside(e.toString());
        }
      }
    }
    return journals;
  }

  private static boolean isJournal(String name) {
    return name.endsWith(SUFFIX) && !name.startsWith(".");
  }

  public void write(Journal journal) throws HostUnavailable {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    content.put("id", journal.id());
    content.set("owner", InventoryJson.key(journal.owner()));
    content.put("name", journal.name());
    ObjectNode inputs = content.putObject("inputs");
    new TreeMap<>(journal.inputs()).forEach(inputs::put);
    content.put("started", journal.started().toString());
    journal.end().ifPresent(end -> content.put("end", end.name()));
    content.put("reason", journal.reason());
    content.put("message", journal.message());
    try {
      file(journal.id()).write(content);
    } catch (IOException e) {
      throw unwritable(journal.id(), e);
    }
  }

  public void delete(String id) throws HostUnavailable {
    try {
      file(id).delete();
    } catch (IOException e) {
      throw unwritable(id, e);
    }
  }

  private VersionedFile file(String id) {
    return files.apply(directory.resolve(id + SUFFIX));
  }

  private static HostUnavailable unwritable(String id, IOException cause) {
    return new HostUnavailable(
        "JournalUnwritable",
        "writing the journal of operation " + id + ": " + cause,
        "Free some space, or make the state directory writable",
        cause);
  }

  private static Journal journal(ObjectNode content) {
    Map<String, String> inputs = new TreeMap<>();
    content
        .required("inputs")
        .properties()
        .forEach(input -> inputs.put(input.getKey(), input.getValue().textValue()));
    return new Journal(
        InventoryJson.text(content, "id"),
        InventoryJson.key(content.required("owner")),
        InventoryJson.text(content, "name"),
        inputs,
        Instant.parse(InventoryJson.text(content, "started")),
        content.has("end")
            ? Optional.of(End.valueOf(InventoryJson.text(content, "end")))
            : Optional.empty(),
        InventoryJson.text(content, "reason"),
        InventoryJson.text(content, "message"));
  }
}
