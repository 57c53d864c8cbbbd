package dev.pglet.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.StepFailed;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TestProgress {
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void oneLineForEachStepWithItsDuration() {
    Progress progress = new Progress(out, false);

    progress.stepStarted(APP, "initializing the data directory");
    progress.stepFinished(APP, "Initdb", Duration.ofMillis(1234), Optional.empty());

    assertThat(printed())
        .isEqualTo("postgresqlinstance/app: initializing the data directory (1.23 s)\n");
  }

  @Test
  void aChangeOfTheHostIsALineOfItsOwn() {
    new Progress(out, false).announced("Created the system account pglet (uid 999)");

    assertThat(printed()).isEqualTo("Created the system account pglet (uid 999)\n");
  }

  @Test
  void aFailureSaysWhyAndWhatToDo() {
    Progress progress = new Progress(out, false);

    progress.stepStarted(APP, "starting the server");
    progress.stepFinished(
        APP,
        "Start",
        Duration.ofMillis(5),
        Optional.of(new StepFailed("PortTaken", "port 5432 is taken", "Choose another")));

    assertThat(printed())
        .isEqualTo(
            "postgresqlinstance/app: starting the server failed: port 5432 is taken. Choose another\n");
  }

  @Test
  void aTerminalAlsoShowsWhatIsGoingOn() {
    Progress progress = new Progress(out, true);

    progress.operationProgress(APP, "id", "Copy", 50, 200);
    progress.line("next");

    assertThat(printed()).contains("Copy 25 %").endsWith("\r\u001b[Knext\n");
  }
}
