package dev.pglet.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class TestMountPoints {
  private static final Path ROOT = Path.of("/srv/manifests");

  @Test
  void areThoseBelowTheDirectoryWithWhateverCharacters() {
    String table =
        """
        22 1 252:1 / / rw,relatime - ext4 /dev/vda1 rw
        30 22 0:30 / /srv/manifests rw - nfs host:/m rw
        31 30 0:31 / /srv/manifests/team\\040b rw - tmpfs tmpfs rw
        32 30 252:1 /x /srv/manifests/a\\134b/c rw - ext4 /dev/vda1 rw
        33 22 252:1 /x /srv/manifests-of-others rw - ext4 /dev/vda1 rw
        34 30 0:33 / /srv/manifests/\u00c3\u00a9t\u00c3\u00a9 rw - tmpfs tmpfs rw

        """;

    assertThat(MountPoints.below(ROOT, table))
        .containsExactlyInAnyOrder(
            ROOT.resolve("team b"), ROOT.resolve("a\\b/c"), ROOT.resolve("\u00e9t\u00e9"));
    assertThat(MountPoints.below(Path.of("/"), table)).hasSize(5);
  }

  @Test
  void areReadFromTheKernel() {
    assertThat(MountPoints.below(Path.of("/"))).contains(Path.of("/proc"));
  }
}
