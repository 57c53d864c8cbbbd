package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.daemon.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code pglet run DIR} as a process of its own, on the directories of a {@link Pglet}. */
final class DaemonProcess implements AutoCloseable {
  private static final long VERB_SECONDS = 120;

  private final Pglet pglet;
  private final Path log;
  private final Process process;

  private DaemonProcess(Pglet pglet, Path log, Process process) {
    this.pglet = pglet;
    this.log = log;
    this.process = process;
  }

  static DaemonProcess start(Pglet pglet) throws IOException {
    return start(pglet, List.of());
  }

  /**
   * Starts it by another program.
   *
   * @param by a command that runs the words behind it in its own process
   */
  static DaemonProcess start(Pglet pglet, List<String> by) throws IOException {
    Path log = Files.createTempFile(pglet.base(), "daemon", ".log");
    List<String> run = List.of("run", pglet.manifests().toString());
    return new DaemonProcess(pglet, log, launch(pglet, log, by, run));
  }

  private static Process launch(Pglet pglet, Path log, List<String> by, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>(by);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(pglet.base().toFile());
    builder.environment().put("PGLET_DATA_ROOT", pglet.settings().dataRoot().toString());
    builder.environment().put("PGLET_RUN_DIRECTORY", pglet.settings().runDirectory().toString());
    // Nobody's own settings.
    builder
        .environment()
        .put("PGLET_CONFIG", Files.createTempFile(pglet.base(), "pglet", ".yaml").toString());
    return builder.start();
  }

  long pid() {
    return process.pid();
  }

  /** What a verb prints once the daemon is up; it must succeed. */
  String verb(String... words) throws Exception {
    return verb(0, words);
  }

  /** As above, with another exit code. */
  String verb(int code, String... words) throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          assertThat(log()).contains("watching");
          return "";
        },
        Pglet.SOON);
    Path output = Files.createTempFile(pglet.base(), "verb", ".out");
    Process verb = launch(pglet, output, List.of(), List.of(words));
    boolean ended = verb.waitFor(VERB_SECONDS, TimeUnit.SECONDS);
    verb.destroyForcibly();
    assertThat(ended && verb.exitValue() == code)
        .as("%s: %s%nthe daemon: %s", List.of(words), Files.readString(output), log())
        .isTrue();
    return Files.readString(output);
  }

  /** Waits until a resource, such as {@code branch/b}, is ready, and reads it. */
  JsonNode ready(String resource) throws Exception {
    verb("wait", "--for=condition=Ready", resource, "--timeout", "90s");
    return new ObjectMapper().readTree(verb("get", resource, "-o", "json"));
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  boolean alive() {
    return process.isAlive();
  }

  /** {@code kill -9}: of the daemon alone. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
