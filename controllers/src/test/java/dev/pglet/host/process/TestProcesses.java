package dev.pglet.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.process.ProcessSignals.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestProcesses {
  @Test
  void aSignalReachesTheProvenProcess() throws Exception {
    // A shell starts what runs in its background with this signal ignored, and so would be the
    // test.
    Process process = new ProcessBuilder("env", "--default-signal=INT", "sleep", "300").start();
    try {
      Path name = Path.of("/proc/" + process.pid() + "/comm");
      while (!Files.readString(name).strip().equals("sleep")) {
        Thread.onSpinWait();
      }
      assertThat(ProcessSignals.send(process.pid(), Signal.INTERRUPT, () -> true)).isTrue();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 2);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void withoutProofNothingIsSent() throws Exception {
    Process process = new ProcessBuilder("sleep", "300").start();
    try {
      assertThat(ProcessSignals.send(process.pid(), Signal.QUIT, () -> false)).isFalse();
      assertThat(ProcessFacts.startTicks(process.pid())).isPresent();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aProcessThatIsGoneIsNoError() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    assertThat(ProcessSignals.send(process.pid(), Signal.QUIT, () -> true)).isFalse();
    assertThat(ProcessFacts.startTicks(process.pid())).isEmpty();
  }

  @Test
  void aZombieIsDead(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("pid");
    // The shell becomes a program that never waits for the child that it inherits; the child ends
    // only then, because the shell itself would still collect it.
    String child = "while [ \"$(cat /proc/$$/comm)\" != sleep ]; do :; done & echo $! > " + file;
    Process parent = new ProcessBuilder("sh", "-c", child + "; exec sleep 300").start();
    try {
      long pid = 0;
      while (pid == 0 || ProcessFacts.startTicks(pid).isPresent()) {
        Thread.onSpinWait();
        if (Files.exists(file) && Files.size(file) > 1) {
          pid = Long.parseLong(Files.readString(file).strip());
        }
      }
      assertThat(Path.of("/proc/" + pid)).exists();
      assertThat(ProcessFacts.startTicks(pid)).isEmpty();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void knowsThisProcess() throws Exception {
    long pid = ProcessHandle.current().pid();
    long ticks = ProcessFacts.startTicks(pid).orElseThrow();
    assertThat(ProcessFacts.executable(pid)).contains("java");
    assertThat(ProcessFacts.workingDirectory(pid)).contains(Path.of("").toRealPath());
    assertThat(ProcessFacts.lives(pid, ticks)).isTrue();
    assertThat(ProcessFacts.lives(pid, ticks + 1)).isFalse();
    long started = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
    assertThat(ProcessFacts.startTime(ticks)).isBetween(started - 2000, started + 2000);
    assertThat(ProcessFacts.bootId()).matches("[0-9a-f-]{36}");
  }
}
