package dev.pglet.host.testing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system of its own on a file, as {@code hack/storage} makes it. Only root can. */
public final class LoopFileSystem implements AutoCloseable {
  private static final long MINUTES = 2;

  private final Path directory;

  private LoopFileSystem(Path directory) {
    this.directory = directory;
  }

  /**
   * Whether one can be made: by this process, and on this kernel.
   *
   * @param type as of {@link #make}
   */
  public static boolean possible(String type) throws IOException {
    if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      return false;
    }
    try {
      run("can", type);
      return true;
    } catch (IllegalStateException e) {
      return false; // it says on the kernel's behalf what there is not
    }
  }

  /**
   * Makes and mounts one.
   *
   * @param type {@code btrfs}, {@code xfs} or {@code ext4}
   * @param size such as {@code 1G}
   */
  public static LoopFileSystem make(String type, String size) throws IOException {
    Path directory = Files.createTempDirectory("pglet-" + type);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    run("make", type, directory.toString(), size);
    return new LoopFileSystem(directory);
  }

  /** The top of it. */
  public Path top() {
    return directory.resolve("mnt");
  }

  @Override
  public void close() throws IOException {
    run("remove", directory.toString());
    Files.delete(directory);
  }

  private static void run(String... arguments) throws IOException {
    Path project = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(project.resolve("hack/storage"))) {
      project = requireNonNull(project.getParent(), "no hack/storage above");
    }
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(project.resolve("hack/storage").toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(command + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command + " was interrupted", e);
    }
  }
}
