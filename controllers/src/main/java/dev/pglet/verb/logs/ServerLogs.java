package dev.pglet.verb.logs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The log of one server: all files of its directory as one, ordered by the time of each message.
 * Also new files, as rotation makes them, while it is followed. Not thread-safe.
 */
final class ServerLogs implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile(".+\\.(log|json|csv)(\\.\\d+)?");

  private final Path directory;
  private final LogFormat format;
  private final Wanted wanted;

  /** By the file itself, not its name. */
  private final Map<Object, Source> sources = new LinkedHashMap<>();

  /**
   * Which messages.
   *
   * @param since none before it
   * @param tail at most so many, the last ones
   * @param least none below it; a message of an unknown severity is always wanted
   */
  record Wanted(Optional<Instant> since, Optional<Long> tail, Optional<Severity> least) {
    boolean has(LogLine line) {
      return !old(line)
          && line.severity().flatMap(severity -> least.map(severity::compareTo)).orElse(0) >= 0;
    }

    boolean old(LogLine line) {
      return since.isPresent() && line.time().map(since.get()::isAfter).orElse(false);
    }
  }

  /** One file, and its line that comes next. */
  private static final class Source {
    private final LogFile file;
    private Optional<LogLine> next = Optional.empty();
    private Instant time = Instant.MIN;
    private boolean shown;

    private Source(LogFile file) {
      this.file = file;
    }

    /** Whether there is a line. */
    private boolean ready(boolean unfinished) throws IOException {
      if (next.isEmpty()) {
        next = file.next(unfinished);
        next.flatMap(LogLine::time).ifPresent(known -> time = known);
      }
      return next.isPresent();
    }
  }

  ServerLogs(Path directory, LogFormat format, Wanted wanted) {
    this.directory = directory;
    this.format = format;
    this.wanted = wanted;
  }

  /**
   * Opens the files, at where they become interesting.
   *
   * @return whether there is any
   * @throws IOException when the directory or one of the files cannot be read
   */
  boolean open() throws IOException {
    for (Map.Entry<Path, Object> file : files().entrySet()) {
      Source source = new Source(new LogFile(file.getKey(), format));
      sources.put(file.getValue(), source);
      begin(source);
    }
    return !sources.isEmpty();
  }

  private void begin(Source source) throws IOException {
    source.time = Instant.MIN;
    if (wanted.tail().isPresent() || wanted.since().isPresent()) {
      source.file.rewind(wanted.tail().orElse(Long.MAX_VALUE), wanted::has, wanted::old);
    }
  }

  /** Shows what is wanted of what is there. Each text may be of several lines. */
  void read(boolean unfinished, Consumer<String> sink) throws IOException {
    long surplus = 0;
    if (wanted.tail().isPresent()) {
      long[] messages = new long[1];
      merge(unfinished, line -> messages[0] += line.begins() ? 1 : 0);
      surplus = messages[0] - wanted.tail().get();
      for (Source source : sources.values()) {
        begin(source);
      }
    }
    long[] skip = {surplus};
    merge(
        unfinished,
        line -> {
          skip[0] -= line.begins() ? 1 : 0;
          if (skip[0] < 0) {
            sink.accept(line.text());
          }
        });
  }

  /**
   * Shows what has come since, also of files that are new.
   *
   * @return whether anything was shown
   */
  boolean poll(Consumer<String> sink) throws IOException {
    Map<Path, Object> files = files();
    for (Map.Entry<Path, Object> file : files.entrySet()) {
      if (!sources.containsKey(file.getValue())) {
        try {
          sources.put(file.getValue(), new Source(new LogFile(file.getKey(), format)));
        } catch (NoSuchFileException e) {
          // Gone again: what was in it nobody can say.
        }
      }
    }
    boolean[] any = new boolean[1];
    merge(
        false,
        line -> {
          any[0] = true;
          sink.accept(line.text());
        });
    Set<Object> gone = new HashSet<>(sources.keySet());
    gone.removeAll(files.values());
    for (Object key : gone) {
      Source source = sources.remove(key);
      if (source != null) {
        source.file.close();
      }
    }
    return any[0];
  }

  private void merge(boolean unfinished, Consumer<LogLine> sink) throws IOException {
    while (true) {
      Source first = null;
      for (Source source : sources.values()) {
        if (source.ready(unfinished) && (first == null || source.time.isBefore(first.time))) {
          first = source;
        }
      }
      if (first == null) {
        return;
      }
      take(first, sink);
      // What goes on with a message follows it, whatever others wrote at the same time.
      while (first.ready(unfinished) && !first.next.orElseThrow().begins()) {
        take(first, sink);
      }
    }
  }

  private void take(Source source, Consumer<LogLine> sink) {
    LogLine line = source.next.orElseThrow();
    source.next = Optional.empty();
    if (line.begins()) {
      source.shown = wanted.has(line);
    }
    if (source.shown) {
      sink.accept(line);
    }
  }

  /** By their names, each with what tells it from every other. */
  private Map<Path, Object> files() throws IOException {
    Map<Path, Object> files = new TreeMap<>();
    List<Path> named = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(named::add);
    }
    for (Path file : named) {
      if (!NAME.matcher(file.getFileName().toString()).matches()) {
        continue;
      }
      try {
        BasicFileAttributes attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isRegularFile()) {
          files.put(file, attributes.fileKey());
        }
      } catch (NoSuchFileException e) {
        // Removed since it was listed.
      }
    }
    return files;
  }

  @Override
  public void close() throws IOException {
    for (Source source : sources.values()) {
      source.file.close();
    }
  }
}
