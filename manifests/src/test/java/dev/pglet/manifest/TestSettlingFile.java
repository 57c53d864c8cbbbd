package dev.pglet.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.manifest.edit.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that somebody writes to in the very moment in which it is read. */
final class TestSettlingFile {
  private static final String OLD = Manifests.instance("a");
  private static final String NEW = Manifests.instance("b") + "  parameters: {work_mem: 64MB}\n";

  @TempDir private Path directory;
  private Path path = Path.of("/");
  private boolean writing = true;
  private SettlingFile file = new SettlingFile(path, path, new ManifestReader(Manifests.KINDS));

  /** By this clock every file has been quiet for long enough. */
  private final Instant now = Instant.now().plus(Duration.ofHours(1));

  @BeforeEach
  void writeOld() throws IOException {
    path = Files.writeString(directory.resolve("a.yaml"), OLD);
    file = new SettlingFile(path, path, new ManifestReader(Manifests.KINDS), this::read);
  }

  private byte[] read(Path real, int atMost) throws IOException {
    byte[] bytes = RegularFile.read(real, atMost);
    if (writing) {
      Files.writeString(real, NEW);
    }
    return bytes;
  }

  @Test
  void whatWasChangedWhileItWasReadIsNotAccepted() throws Exception {
    file.look(now);

    assertThat(file.content().manifests()).isEmpty();
    assertThat(file.isPending()).isTrue();
    assertThat(file.settlesIn(now)).hasValueSatisfying(soon -> assertThat(soon).isPositive());

    writing = false;
    file.look(now);
    assertThat(file.content().manifests())
        .singleElement()
        .satisfies(manifest -> assertThat(manifest.text()).isEqualTo(NEW));
    assertThat(file.isPending()).isFalse();
  }

  @Test
  void norDoesItKeepTheStampByWhichItWouldNotBeReadAgain() throws Exception {
    writing = false;
    file.look(now);
    assertThat(file.content().manifests()).hasSize(1);

    Files.writeString(path, OLD + "# touched\n");
    writing = true;
    file.look(now);
    assertThat(file.acceptedBytes()).as("what is in force is not the newest any more").isEmpty();
    writing = false;
    file.look(now);
    assertThat(file.acceptedBytes()).hasValue(Files.readAllBytes(path));
  }
}
