package dev.pglet.daemon.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDataRoot {
  @TempDir private Path directory;

  @Test
  void aNearlyFullOneIsRefusedUnlessItHasServersAlready() throws Exception {
    Path data = Path.of("/srv/pglet");
    assertThat(DataRoot.requireSpace(data, DataRoot.LEAST_FREE, true)).isEmpty();
    assertThatThrownBy(() -> DataRoot.requireSpace(data, DataRoot.LEAST_FREE - 1, true))
        .isInstanceOfSatisfying(
            HostUnavailable.class,
            e ->
                assertThat(e.explain())
                    .contains("/srv/pglet has only 255 MiB free", "256 MiB", "--data-root"));
    assertThat(DataRoot.requireSpace(data, 0, false))
        .containsExactly("/srv/pglet has only 0 MiB free; a first server needs 256 MiB");
  }

  @Test
  void theSpaceIsThatOfTheFileSystemThatItLiesOn() throws Exception {
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", directory.toString()),
        "only root can mount");
    try {
      Settings settings =
          new Settings(
              directory.resolve("data"), directory.resolve("run"), Optional.empty(), false);
      assertThatThrownBy(() -> DataRoot.prepare(settings, true))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining(settings.dataRoot() + " has only 8 MiB free");
      Files.createDirectory(settings.state());
      assertThat(DataRoot.prepare(settings, true)).hasSize(1);
    } finally {
      assertThat(run("umount", directory.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }
}
