package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened, one JSON object a line; a later line about the same happening replaces the earlier
 * one. History only: it can be lost or torn, and a failure to write it stops nothing. Thread-safe.
 */
public final class EventLog {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT_VERSION = 1;
  private static final Duration QUIET = Duration.ofMinutes(10);

  private record Happening(ResourceKey key, String reason, String message) {}

  /**
   * How much is kept.
   *
   * @param bytes a longer file is rewritten; lines of a newer format are kept and do not count
   * @param events so many of the newest are kept then
   */
  record Cap(long bytes, int events) {
    static final Cap STANDARD = new Cap(4L << 20, 2000);
  }

  private final Path file;
  private final DurableFiles files;
  private final InstantSource clock;
  private final Cap cap;
  private final Map<Happening, Event> events = new LinkedHashMap<>();
  private final Map<Happening, Instant> written = new LinkedHashMap<>();

  /** Lines of a newer format, which say nothing here and stay as they are. */
  private final List<String> newer = new ArrayList<>();

  private long newerSize;
  private long size;

  /** Whether the file may end in the middle of a line, which must not swallow the next one. */
  private boolean torn;

  EventLog(Path file, DurableFiles files, InstantSource clock, Cap cap) {
    this.file = requireNonNull(file, "file is null");
    this.files = requireNonNull(files, "files is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.cap = requireNonNull(cap, "cap is null");
  }

  EventLog load() throws IOException {
    if (Files.exists(file)) {
      byte[] bytes = Files.readAllBytes(file);
      size = bytes.length;
      torn = bytes.length > 0 && bytes[bytes.length - 1] != '\n';
      new String(bytes, StandardCharsets.UTF_8).lines().forEach(this::remember);
    }
    return this;
  }

  /** A line that makes no sense was torn by a crash. */
  private void remember(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      int version = node.path("formatVersion").asInt();
      if (version == FORMAT_VERSION) {
        put(event(node));
      } else if (version > FORMAT_VERSION) {
        newer.add(line);
        newerSize += whole(line).length;
      }
    } catch (JsonProcessingException | RuntimeException e) {
      LOG.atDebug().addKeyValue("file", file).setCause(e).log("an event's line is unreadable");
    }
  }

  public synchronized void add(ResourceKey key, Event.Type type, String reason, String message) {
    Instant now = clock.instant();
    Happening happening = new Happening(key, reason, message);
    Event known = events.get(happening);
    Event event =
        known == null
            ? new Event(key, type, reason, message, now, now, 1)
            : new Event(key, type, reason, message, known.first(), now, known.count() + 1);
    put(event);
    Instant last = written.get(happening);
    if (last == null || Long.bitCount(event.count()) == 1 || !now.isBefore(last.plus(QUIET))) {
      written.put(happening, now);
      append(event);
    }
  }

  /** Writes the counts that are in memory only. */
  public synchronized void flush() {
    for (Map.Entry<Happening, Event> known : events.entrySet()) {
      Instant last = written.get(known.getKey());
      if (last != null && last.isBefore(known.getValue().last())) {
        written.put(known.getKey(), known.getValue().last());
        append(known.getValue());
      }
    }
  }

  /** The newest last. */
  public synchronized List<Event> all() {
    return List.copyOf(events.values());
  }

  public List<Event> of(ResourceKey key) {
    return all().stream().filter(event -> event.key().equals(key)).toList();
  }

  private void put(Event event) {
    Happening happening = new Happening(event.key(), event.reason(), event.message());
    events.remove(happening);
    events.put(happening, event);
    if (events.size() > cap.events()) {
      Happening oldest = events.keySet().iterator().next();
      events.remove(oldest);
      written.remove(oldest);
    }
  }

  private void append(Event event) {
    try {
      byte[] line = line(event);
      if (torn) {
        files.append(file, new byte[] {'\n'});
        torn = false;
      }
      torn = true;
      files.append(file, line);
      torn = false;
      size += line.length;
      if (size - newerSize > cap.bytes()) {
        rewrite();
      }
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("an event could not be written");
    }
  }

  private void rewrite() throws IOException {
    List<Event> newest = new ArrayList<>(events.values());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : newer) {
      bytes.write(whole(line));
    }
    for (Event event : newest.subList(newest.size() / 2, newest.size())) {
      bytes.write(line(event));
    }
    files.write(file, bytes.toByteArray());
    size = bytes.size();
  }

  private static byte[] line(Event event) throws JsonProcessingException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("formatVersion", FORMAT_VERSION);
    node.set("key", InventoryJson.key(event.key()));
    node.put("type", event.type().name());
    node.put("reason", event.reason());
    node.put("message", event.message());
    node.put("first", event.first().toString());
    node.put("last", event.last().toString());
    node.put("count", event.count());
    return whole(JSON.writeValueAsString(node));
  }

  private static byte[] whole(String line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static Event event(JsonNode node) {
    return new Event(
        InventoryJson.key(node.required("key")),
        Event.Type.valueOf(InventoryJson.text(node, "type")),
        InventoryJson.text(node, "reason"),
        InventoryJson.text(node, "message"),
        Instant.parse(InventoryJson.text(node, "first")),
        Instant.parse(InventoryJson.text(node, "last")),
        node.required("count").longValue());
  }
}
