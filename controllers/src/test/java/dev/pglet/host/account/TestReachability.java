package dev.pglet.host.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.reconcile.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestReachability {
  private static final ServerAccount STRANGER =
      new ServerAccount("nobody-here", 64999, 64999, true);

  @TempDir Path directory;

  @BeforeEach
  void openTheTemporaryDirectory() throws Exception {
    // On the way there is /tmp itself, which is open to all.
    mode(directory, "rwxr-xr-x");
  }

  @Test
  void namesTheFirstDirectoryThatIsClosed() throws Exception {
    Path home = directory.resolve("home");
    Files.createDirectories(home.resolve("data"));
    mode(home, "rwx------");
    assertThat(Reachability.of(STRANGER).firstClosed(home.resolve("data/pglet/volumes")))
        .contains(home.toRealPath());
    assertThat(Reachability.of(STRANGER).explain(home.resolve("data")).orElseThrow().explain())
        .contains("nobody-here", home.toString(), "--data-root");
  }

  @Test
  void findsNothingWhenEveryDirectoryLetsTheAccountPass() throws Exception {
    Path parent = directory.resolve("open");
    Path open = Files.createDirectories(parent.resolve("data"));
    mode(parent, "rwx--x--x");
    mode(open, "rwx--x--x");
    assertThat(Reachability.of(STRANGER).firstClosed(open)).isEmpty();
  }

  @Test
  void theOwnersBitsCountForTheOwnerEvenWhenOthersMayEnter() throws Exception {
    Path odd = Files.createDirectories(directory.resolve("odd"));
    mode(odd, "rw-r-xr-x");
    int owner = (Integer) Files.getAttribute(odd, "unix:uid");
    if (owner != 0) {
      ServerAccount self = new ServerAccount("self", owner, 64999, false);
      assertThat(Reachability.of(self).firstClosed(odd)).contains(odd.toRealPath());
    }
    assertThat(Reachability.of(STRANGER).firstClosed(odd)).isEmpty();
  }

  @Test
  void advisesADirectoryInAPlaceForAllAndNotToCloseThatPlace() throws Exception {
    Path all = Files.createDirectory(directory.resolve("all"));
    Files.setAttribute(all, "unix:mode", 01777);
    assertThat(remedy(all))
        .contains("install -d -m 711 -o root " + all.toRealPath().resolve("pglet"))
        .doesNotContain("chown", "chmod");
    Path made = Files.createDirectory(all.resolve("pglet"));
    mode(made, "rwx--x--x");
    assertThatCode(() -> Reachability.requireClosed(made, STRANGER)).doesNotThrowAnyException();
    Files.setAttribute(all, "unix:mode", 0777);
    assertThat(remedy(made)).contains("only root can write").doesNotContain("chown", "install");
  }

  @Test
  void advisesToCloseWhatIsOnlyTheAccounts() throws Exception {
    Path group = Files.createDirectory(directory.resolve("group"));
    mode(group, "rwxrwxr-x");
    int gid = (Integer) Files.getAttribute(group, "unix:gid");
    ServerAccount member = new ServerAccount("nobody-here", 64999, gid, true);
    assertThat(remedy(group, member))
        .contains("chown root %1$s && chmod go-w %1$s".formatted(group.toRealPath()));
  }

  private static String remedy(Path place) {
    return remedy(place, STRANGER);
  }

  private static String remedy(Path place, ServerAccount account) {
    Refused refused =
        catchThrowableOfType(Refused.class, () -> Reachability.requireClosed(place, account));
    assertThat(refused).isNotNull();
    return refused.remedy();
  }

  private static void mode(Path path, String mode) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
