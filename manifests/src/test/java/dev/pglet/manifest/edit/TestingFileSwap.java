package dev.pglet.manifest.edit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The real renames, with things happening just before them. */
final class TestingFileSwap implements FileSwap {
  /** What somebody else does. */
  @FunctionalInterface
  interface Event {
    void happen() throws IOException;
  }

  private final LinuxFileSwap real = new LinuxFileSwap();
  private final Map<Integer, Event> events = new HashMap<>();
  private int exchanges;

  /** Whether the file system can do it. */
  boolean able = true;

  /** Where a test keeps a file that it opened during an event. */
  @Nullable FileChannel opened;

  /** Before the nth exchange, from 1. */
  void before(int exchange, Event event) {
    events.put(exchange, event);
  }

  @Override
  public boolean exchange(Path one, Path other) throws IOException {
    Event event = events.remove(++exchanges);
    if (event != null) {
      event.happen();
    }
    return able && real.exchange(one, other);
  }

  @Override
  public boolean renameToFree(Path from, Path to) throws IOException {
    return able && real.renameToFree(from, to);
  }
}
