package dev.pglet.reconcile.gitops;

import dev.pglet.manifest.git.FilterProcess;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * git's filter inside of this process, so that thousands of git commands need not start thousands
 * of Java machines: git runs a script that joins it with a thread here by named pipes.
 */
final class TestingFilters implements AutoCloseable {
  private final Path directory;
  private final RandomAccessFile calls;
  private final Thread listening;
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

  TestingFilters(Path directory) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    int made =
        new ProcessBuilder("mkfifo", directory.resolve("calls").toString()).start().waitFor();
    if (made != 0) {
      throw new IOException("mkfifo ended with " + made);
    }
    // Open for both, it neither waits for a writer nor ends with one.
    this.calls = new RandomAccessFile(directory.resolve("calls").toFile(), "rw");
    Files.writeString(
        script(),
        """
        #!/bin/sh
        d='%s'
        mkfifo "$d/$$.in" "$d/$$.out"
        echo $$ >"$d/calls"
        cat <"$d/$$.out" &
        cat >"$d/$$.in"
        wait
        """
            .formatted(directory));
    Files.setPosixFilePermissions(script(), PosixFilePermissions.fromString("rwxr-xr-x"));
    this.listening = Thread.ofPlatform().daemon().start(this::listen);
  }

  /** The program for git's configuration. */
  Path script() {
    return directory.resolve("pglet");
  }

  /** What went wrong in a filter. */
  ConcurrentLinkedQueue<String> failures() {
    return failures;
  }

  private void listen() {
    try {
      for (String call = calls.readLine(); !call.equals("end"); call = calls.readLine()) {
        String pid = call;
        Thread.ofPlatform().daemon().start(() -> serve(pid));
      }
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }

  private void serve(String pid) {
    Path from = directory.resolve(pid + ".in");
    Path to = directory.resolve(pid + ".out");
    try (InputStream in = new FileInputStream(from.toFile());
        OutputStream out = new FileOutputStream(to.toFile())) {
      Files.delete(from);
      Files.delete(to);
      FilterProcess.serve(in, out);
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }

  @Override
  public void close() throws IOException {
    calls.write("end\n".getBytes(StandardCharsets.US_ASCII));
    try {
      listening.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.close();
  }
}
