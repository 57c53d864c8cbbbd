package dev.pglet.host.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.volume.VolumeDriver.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process of the servers' account exchanges what is in a tree for links to what is root's,
 * without end, while root copies, measures, reads and removes that tree.
 */
@Timeout(120)
class TestCopyUnderAttack {
  private static final String SECRET = "only root may read this";

  /** So many that the attacker gets many turns during one copy. */
  private static final int FILES = 1500;

  private static final int ROUNDS = 12;

  /** Exchanges a directory and a file, each for a link and back; says when it has begun. */
  private static final String ATTACK =
      """
      cd "$1" || exit 1
      mkdir .own
      ln -s "$2" .own/dirlink
      ln -s "$2/f" .own/link
      began=
      while [ -d "$1" ]; do
        mv -T swapped .own/d; mv -T .own/dirlink swapped
        mv -T file .own/f; mv -T .own/link file
        [ -n "$began" ] || { began=1; echo began; }
        mv -T swapped .own/dirlink; mv -T .own/d swapped
        mv -T file .own/link; mv -T .own/f file
      done 2>/dev/null
      """;

  @TempDir Path directory;
  private final List<Process> attackers = new ArrayList<>();
  private ServerAccount account = new ServerAccount("root", 0, 0, false);
  private Path secrets = Path.of("/");

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(new HostAccounts().self().uid() == 0, "only root can be lured to what is root's");
    AccountDatabase.Entry nobody = new HostAccounts().find("nobody").orElseThrow();
    account = new ServerAccount("nobody", nobody.uid(), nobody.gid(), true);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    secrets = Files.createDirectory(directory.resolve("secrets"));
    Files.writeString(secrets.resolve("f"), SECRET);
    Files.setPosixFilePermissions(
        secrets.resolve("f"), PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void end() throws Exception {
    for (Process attacker : attackers) {
      attacker.destroyForcibly().waitFor();
    }
  }

  @Test
  void nothingOfRootIsCopiedOrGivenAway() throws Exception {
    Path source = tree("source");
    attack(source);
    CopyDriver driver = new CopyDriver(new LocalCommands());
    int copied = 0;
    int refused = 0;
    for (int round = 0; round < ROUNDS || copied == 0 || refused == 0; round++) {
      Path target = directory.resolve("copy" + round);
      try {
        driver.copyTree(
            new CopyRequest(source, target, Set.of(".own"), account, n -> {}, () -> false));
        copied++;
      } catch (HostUnavailable e) {
        refused++;
      }
      assertThat(contents(target)).doesNotContain(SECRET);
      FileTree.delete(target);
      FileTree.size(source);
    }
    assertUntouched();
  }

  @Test
  void nothingOfRootIsRead() throws Exception {
    Path source = tree("source");
    attack(source);
    int read = 0;
    int refused = 0;
    while (read < 200 || refused < 200) {
      for (String file : List.of("file", "swapped/f")) {
        try {
          assertThat(RegularFiles.text(source, file, 100)).isEqualTo("mine");
          read++;
        } catch (IOException e) {
          refused++;
        }
      }
    }
    assertUntouched();
  }

  @Test
  void nothingOfRootIsRemoved() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path doomed = tree("doomed" + round);
      attack(doomed);
      FileTree.delete(doomed);
      assertThat(doomed).doesNotExist();
      assertUntouched();
    }
  }

  private void assertUntouched() throws IOException {
    assertThat(secrets.resolve("f")).hasContent(SECRET);
    assertThat(Files.getAttribute(secrets.resolve("f"), "unix:uid")).isEqualTo(0);
    assertThat(Files.getAttribute(secrets, "unix:uid")).isEqualTo(0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.resolve("f"))))
        .isEqualTo("rw-------");
  }

  private Path tree(String name) throws Exception {
    Path tree = Files.createDirectory(directory.resolve(name));
    Files.createDirectory(tree.resolve("swapped"));
    Files.createDirectory(tree.resolve("base"));
    Files.writeString(tree.resolve("swapped/f"), "mine");
    Files.writeString(tree.resolve("file"), "mine");
    for (int i = 0; i < FILES; i++) {
      Files.writeString(tree.resolve("base/" + i), "mine");
    }
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.toList()) {
        Files.setAttribute(path, "unix:uid", account.uid());
        Files.setAttribute(path, "unix:gid", account.gid());
      }
    }
    return tree;
  }

  private void attack(Path tree) throws Exception {
    Process attacker =
        new ProcessBuilder(
                AccountSwitch.apply(
                    account,
                    List.of("sh", "-c", ATTACK, "sh", tree.toString(), secrets.toString())))
            .directory(new File("/"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    attackers.add(attacker);
    assertThat(attacker.inputReader().readLine()).isEqualTo("began");
  }

  private static List<String> contents(Path tree) throws IOException {
    if (Files.notExists(tree)) {
      return List.of();
    }
    List<String> contents = new ArrayList<>();
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        contents.add(Files.readString(path));
      }
    }
    return contents;
  }
}
