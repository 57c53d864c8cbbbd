package dev.pglet.daemon;

import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.state.DurableFiles;
import dev.pglet.reconcile.state.StateLock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Removes all that pglet has made on a data root. Only what it knows by name or marker is removed:
 * the data root may be a directory that the user keeps other things in.
 */
public final class Cleanup {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Settings settings;
  private final List<Controller<?, ?, ?, ?>> controllers;

  Cleanup(Settings settings, List<KindProvider> kinds, HostContext context) {
    this.settings = settings;
    this.controllers = new ArrayList<>();
    for (KindProvider kind : kinds) {
      controllers.add(kind.controller(context));
    }
  }

  /** What there is, a line each. */
  public List<String> announce() throws ReconcileException {
    List<String> lines = new ArrayList<>();
    lines.add("data root " + settings.dataRoot());
    for (Controller<?, ?, ?, ?> controller : controllers) {
      for (Known known : controller.known()) {
        lines.add(known.key() + (known.retained() ? " (retained data)" : ""));
      }
    }
    return lines;
  }

  /**
   * Waits until no daemon holds the data root, and removes everything.
   *
   * @return whether nothing is left
   * @throws Refused when a daemon still holds it after that time
   */
  public boolean run(PrintStream out, Duration patience) throws ReconcileException {
    try (StateLock _ = lock(patience)) {
      for (Controller<?, ?, ?, ?> controller : controllers) {
        controller.cleanup().forEach(out::println);
      }
      boolean empty = removeVolumes(out);
      for (Path directory :
          List.of(
              settings.secrets(),
              settings.managed(),
              settings.binaries(),
              settings.dataRoot().resolve("pools"),
              settings.runDirectory(),
              settings.state())) {
        removeTree(directory);
      }
      removeIfEmpty(settings.dataRoot());
      out.printf(
          "Removed everything of %s. The manifests are as they were.%n", settings.dataRoot());
      return empty;
    } catch (IOException e) {
      throw new HostUnavailable(
          "CleanupIncomplete",
          "removing what lies in %s: %s".formatted(settings.dataRoot(), e),
          "Correct that and run pglet cleanup --all --data again; it goes on from there",
          e);
    }
  }

  private StateLock lock(Duration patience) throws ReconcileException {
    Instant end = Instant.now().plus(patience);
    while (true) {
      try {
        return StateLock.take(settings.state(), DurableFiles.onDisk());
      } catch (Refused e) {
        if (Instant.now().isAfter(end)) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_TRIES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What carries no marker of ours stays, and is named. */
  private boolean removeVolumes(PrintStream out) throws IOException {
    Path volumes = settings.volumes();
    if (!Files.isDirectory(volumes)) {
      return true;
    }
    removeEmptyTree(volumes);
    if (Files.notExists(volumes)) {
      return true;
    }
    List<Path> left;
    try (Stream<Path> files = Files.list(volumes)) {
      left = files.toList();
    }
    left.forEach(path -> out.println("left alone, because it has no marker of pglet: " + path));
    return left.isEmpty();
  }

  /** Directories that hold nothing but such directories; everything else stays. */
  private static void removeEmptyTree(Path directory) throws IOException {
    List<Path> inside;
    try (Stream<Path> files = Files.list(directory)) {
      inside = files.toList();
    }
    for (Path path : inside) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        removeEmptyTree(path);
      }
    }
    removeIfEmpty(directory);
  }

  private static void removeIfEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        return;
      }
    }
    Files.delete(directory);
  }

  /** Symbolic links are removed, never followed. */
  static void removeTree(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
