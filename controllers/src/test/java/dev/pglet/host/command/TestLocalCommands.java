package dev.pglet.host.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLocalCommands {
  private static final Duration PLENTY = Duration.ofSeconds(30);

  private final LocalCommands commands = new LocalCommands();

  @Test
  void bothOutputsAndTheExitCodeComeBack() throws Exception {
    assertThat(commands.run(sh("echo out; echo err >&2; exit 7")))
        .isEqualTo(new Result(7, "out\n", "err\n"));
  }

  @Test
  void standardInputIsEmpty() throws Exception {
    assertThat(commands.run(Invocation.of(PLENTY, "cat"))).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void theEnvironmentHoldsOnlyWhatIsGiven() throws Exception {
    Invocation invocation =
        new Invocation(
            List.of("env"), Map.of("PGFOO", "bar"), Optional.empty(), Optional.empty(), PLENTY);
    assertThat(commands.run(invocation).stdout().lines().map(line -> line.split("=", 2)[0]))
        .containsExactlyInAnyOrder("PATH", "LC_ALL", "PGFOO");
  }

  @Test
  void outputBeyondTheLimitIsCutAndTheCommandStillEnds() throws Exception {
    Result result = commands.run(sh("head -c 3000000 /dev/zero; exit 3"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.stdout()).hasSize(LocalCommands.OUTPUT_LIMIT);
  }

  @Test
  void aCommandThatIsMissingIsNamed() {
    assertThatThrownBy(() -> commands.run(Invocation.of(PLENTY, "no-such-command")))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("no-such-command");
  }

  @Test
  void theDeadlineKillsTheCommandAndItsChildren(@TempDir Path directory) throws Exception {
    Path pids = directory.resolve("pids");
    Invocation invocation =
        Invocation.of(
            Duration.ofMillis(500),
            "sh",
            "-c",
            "sleep 300 & echo $! > " + pids + "; echo stuck >&2; wait");
    assertThatThrownBy(() -> commands.run(invocation))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("500 ms")
        .hasMessageContaining("stuck");
    long child = Long.parseLong(Files.readString(pids).strip());
    ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join());
    assertThat(ProcessHandle.of(child).map(ProcessHandle::isAlive)).isNotEqualTo(Optional.of(true));
  }

  @Test
  void aChildThatKeepsTheOutputOpenDoesNotHoldUsUp() throws Exception {
    Result result = commands.run(sh("sleep 20 & echo $!"));
    long child = Long.parseLong(result.stdout().strip());
    assertThat(ProcessHandle.of(child)).isPresent();
    ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void rootRunsACommandAsTheAccount() throws Exception {
    assumeThat(new HostAccounts().self().uid()).as("only root changes accounts").isZero();
    var nobody = new HostAccounts().find("nobody").orElseThrow();
    ServerAccount account = new ServerAccount("nobody", nobody.uid(), nobody.gid(), true);
    assertThat(commands.run(sh("id -u; id -g; echo $$; cat /proc/$$/comm").as(account)).stdout())
        .startsWith(nobody.uid() + "\n" + nobody.gid() + "\n")
        .endsWith("\nsh\n");
  }

  private static Invocation sh(String script) {
    return Invocation.of(PLENTY, "sh", "-c", script);
  }
}
