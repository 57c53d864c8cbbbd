package dev.pglet.it;

import dev.pglet.reconcile.testing.TestingLauncher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Verbs as processes of their own, on the directories of a {@link Pglet}. */
final class VerbProcess {
  /** How one ended. */
  record Ended(int code, String out, String err) {}

  private final Pglet pglet;
  private final TestingLauncher launcher;
  private final Map<String, String> environment = new HashMap<>();

  VerbProcess(Pglet pglet) throws IOException {
    this.pglet = pglet;
    this.launcher = TestingLauncher.in(pglet.base());
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", pglet.base().toString());
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("PGLET_DATA_ROOT", pglet.settings().dataRoot().toString());
    environment.put("PGLET_RUN_DIRECTORY", pglet.settings().runDirectory().toString());
    environment.put("PGLET_MANIFESTS", pglet.manifests().toString());
    environment.put(
        "PGLET_CONFIG", Files.createTempFile(pglet.base(), "pglet", ".yaml").toString());
  }

  /** With another variable of the environment. */
  VerbProcess with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Ended run(String... words) throws Exception {
    return runWith("", words);
  }

  /** Runs a verb that reads this. */
  Ended runWith(String input, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.program().toString()));
    command.addAll(List.of(words));
    return program(input, environment, command);
  }

  /** Starts a verb and lets it run. */
  Process start(Path out, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.program().toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Any program, with nothing in its environment but what is given. */
  Ended program(String input, Map<String, String> variables, List<String> command)
      throws Exception {
    Path err = Files.createTempFile(pglet.base(), "verb", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.directory(pglet.base().toFile());
    builder.environment().clear();
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), out, Files.readString(err));
  }
}
