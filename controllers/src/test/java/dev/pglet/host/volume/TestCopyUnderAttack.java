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
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
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

/**
 * A process of the servers' account exchanges what is in a tree for links to what is root's,
 * without end, while root copies, measures, reads and removes that tree.
 */
@Timeout(120)
class TestCopyUnderAttack {
  private static final String SECRET = "only root may read this";

  /** So many that the attacker gets many turns during one copy. */
  private static final int FILES = 2000;

  private static final int ROUNDS = 8;

  /** Exchanges a name for a link and back, without end; says when it has begun. */
  private static final String ATTACK =
      """
      cd "$1" || exit 1
      own=".own-$2"
      began=
      while [ -e "$4" ]; do
        [ -d "$own" ] || mkdir "$own" || exit 0
        [ -L "$own/link" ] || ln -s "$3" "$own/link"
        mv -T "$2" "$own/true" && mv -T "$own/link" "$2"
        [ -n "$began" ] || { began=1; echo began; }
        mv -T "$2" "$own/link"; mv -T "$own/true" "$2"
      done 2>/dev/null
      """;

  /** As often as an exchange must be seen to happen during the reads. */
  private static final int EXCHANGES = 100;

  private Path directory = Path.of("/");
  private final List<Process> attackers = new ArrayList<>();
  private ServerAccount account = new ServerAccount("root", 0, 0, false);
  private Path secrets = Path.of("/");

  /** While it is there, attackers go on; removed, they end and leave no process behind. */
  private Path going = Path.of("/");

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(new HostAccounts().self().uid() == 0, "only root can be lured to what is root's");
    AccountDatabase.Entry nobody = new HostAccounts().find("nobody").orElseThrow();
    account = new ServerAccount("nobody", nobody.uid(), nobody.gid(), true);
    // In memory where there is such a place: thousands of files are made.
    Path memory = Path.of("/dev/shm");
    directory =
        Files.createTempDirectory(Files.isWritable(memory) ? memory : Path.of("/tmp"), "attacked");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    going = Files.createFile(directory.resolve("going"));
    secrets = Files.createDirectory(directory.resolve("secrets"));
    Files.writeString(secrets.resolve("f"), SECRET);
    for (int i = 0; i < FILES; i++) {
      Files.writeString(secrets.resolve(Integer.toString(i)), SECRET);
    }
    Files.setPosixFilePermissions(
        secrets.resolve("f"), PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void clean() throws Exception {
    endAttacks();
    if (!directory.equals(directory.getRoot())) {
      FileTree.delete(directory);
    }
  }

  private void endAttacks() throws Exception {
    Files.deleteIfExists(going);
    for (Process attacker : attackers) {
      attacker.waitFor();
    }
    attackers.clear();
  }

  @Test
  void nothingOfRootIsCopiedOrGivenAway() throws Exception {
    Path source = tree("source");
    attack(source, "swapped", secrets);
    LocalVolumes volumes = new LocalVolumes(new LocalCommands());
    int copied = 0;
    int refused = 0;
    for (int round = 0; round < ROUNDS || copied == 0 || refused == 0; round++) {
      Path target = directory.resolve("copy" + round);
      try {
        volumes.copyTree(
            new CopyRequest(source, target, Set.of(".own-swapped"), account, n -> {}, () -> false));
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
    attack(source, "swapped", secrets);
    attack(source, "file", secrets.resolve("f"));
    for (String file : List.of("file", "swapped/f")) {
      boolean before = false;
      for (int exchanges = 0; exchanges < EXCHANGES; ) {
        boolean read;
        try {
          assertThat(RegularFiles.text(source, file, 100)).isEqualTo("mine");
          read = true;
        } catch (IOException e) {
          read = false;
        }
        exchanges += read == before ? 0 : 1;
        before = read;
      }
    }
    assertUntouched();
  }

  @Test
  void nothingOfRootIsRemoved() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path doomed = tree("doomed" + round);
      attack(doomed, "swapped", secrets);
      try {
        FileTree.delete(doomed);
      } catch (FileSystemException e) {
        // It was filled again and again.
      }
      endAttacks();
      assertUntouched();
      FileTree.delete(doomed);
      assertThat(doomed).doesNotExist();
      Files.createFile(going);
    }
  }

  private void assertUntouched() throws IOException {
    try (Stream<Path> files = Files.list(secrets)) {
      assertThat(files).hasSize(FILES + 1);
    }
    assertThat(secrets.resolve("f")).hasContent(SECRET);
    assertThat(Files.getAttribute(secrets.resolve("f"), "unix:uid")).isEqualTo(0);
    assertThat(Files.getAttribute(secrets, "unix:uid")).isEqualTo(0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.resolve("f"))))
        .isEqualTo("rw-------");
  }

  private Path tree(String name) throws Exception {
    Path tree = Files.createDirectory(directory.resolve(name));
    Files.createDirectory(tree.resolve("swapped"));
    Files.writeString(tree.resolve("swapped/f"), "mine");
    Files.writeString(tree.resolve("file"), "mine");
    for (int i = 0; i < FILES; i++) {
      Files.writeString(tree.resolve("swapped/" + i), "mine");
    }
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.toList()) {
        Files.setAttribute(path, "unix:uid", account.uid());
        Files.setAttribute(path, "unix:gid", account.gid());
      }
    }
    return tree;
  }

  private void attack(Path tree, String name, Path link) throws Exception {
    Process attacker =
        new ProcessBuilder(
                AccountSwitch.apply(
                    account,
                    List.of(
                        "sh",
                        "-c",
                        ATTACK,
                        "sh",
                        tree.toString(),
                        name,
                        link.toString(),
                        going.toString())))
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
