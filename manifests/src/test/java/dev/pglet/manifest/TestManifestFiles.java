package dev.pglet.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which files a directory reads: links, odd files, and whom a daemon of root trusts. */
final class TestManifestFiles {
  private static final ResourceKey A = ResourceKey.of("PostgreSQLInstance", "a");
  private static final ResourceKey B = ResourceKey.of("PostgreSQLInstance", "b");

  @TempDir private Path temp;
  private final TestingClock clock = new TestingClock();
  private Path root = Path.of("/");

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.toRealPath().resolve("manifests"));
    mode(root, "rwxr-xr-x");
  }

  @Test
  void followsLinksInsideTheRootAndTakesNoFileTwice() throws IOException {
    write(root.resolve("..2026/c.yaml"), Manifests.instance("a"));
    Files.createSymbolicLink(root.resolve("..data"), Path.of("..2026"));
    Files.createSymbolicLink(root.resolve("c.yaml"), Path.of("..data/c.yaml"));
    write(root.resolve("b.yaml"), Manifests.instance("b"));
    Files.createSymbolicLink(root.resolve("0.yaml"), Path.of("b.yaml"));
    Files.createDirectory(root.resolve("d"));
    Files.createSymbolicLink(root.resolve("d/up"), root);
    ManifestDirectory directory = directory(TrustRule.ofOrdinaryUser());
    Snapshot snapshot = settled(directory);
    assertThat(snapshot.rejected()).isEmpty();
    assertThat(snapshot.accepted()).containsOnlyKeys(A, B);
    assertThat(snapshot.complete()).isTrue();
  }

  @Test
  void writesThroughALinkAndSeesASwitchedOne() throws Exception {
    write(root.resolve("..1/c.yaml"), Manifests.instance("a"));
    write(root.resolve("..2/c.yaml"), Manifests.instance("b"));
    Path link = Files.createSymbolicLink(root.resolve("c.yaml"), Path.of("..1/c.yaml"));
    ManifestDirectory directory = directory(TrustRule.ofOrdinaryUser());
    settled(directory);
    directory.patch(A, Manifests.patch("{spec: {version: '16'}}"));
    assertThat(link).isSymbolicLink();
    assertThat(root.resolve("..1/c.yaml")).content().contains("\"16\"");
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("..2/c.yaml"));
    assertThat(settled(directory).accepted()).containsOnlyKeys(B);
  }

  @Test
  void refusesLinksThatLeadOutsideOrNowhere() throws IOException {
    Path outside = temp.toRealPath().resolve("outside.yaml");
    write(outside, Manifests.instance("a"));
    Files.createSymbolicLink(root.resolve("a.yaml"), outside);
    Files.createSymbolicLink(root.resolve("b.yaml"), Path.of("nowhere"));
    Files.createSymbolicLink(root.resolve("loop.yaml"), Path.of("loop.yaml"));
    Snapshot snapshot = settled(directory(TrustRule.ofOrdinaryUser()));
    assertThat(snapshot.accepted()).isEmpty();
    assertThat(messages(snapshot))
        .containsExactly(
            root.resolve("a.yaml")
                + ": is a symbolic link to %s, outside the manifest root %s; copy it inside"
                    .formatted(outside, root),
            root.resolve("b.yaml")
                + ": is a symbolic link that leads nowhere; correct or remove it",
            root.resolve("loop.yaml")
                + ": is a symbolic link that leads nowhere; correct or remove it");
  }

  @Test
  void aLinkToADirectoryThatIsGoneIsNotADeletionOfWhatWasInIt() throws IOException {
    write(root.resolve(".releases/1/b.yaml"), Manifests.instance("b"));
    write(root.resolve("a.yaml"), Manifests.instance("a"));
    Files.createSymbolicLink(root.resolve("team"), Path.of(".releases/1"));
    ManifestDirectory directory = directory(TrustRule.ofOrdinaryUser());
    assertThat(settled(directory).accepted()).containsOnlyKeys(A, B);
    Files.move(root.resolve(".releases/1"), root.resolve(".releases/2"));

    Snapshot snapshot = settled(directory);
    assertThat(snapshot.accepted()).containsOnlyKeys(A, B);
    assertThat(snapshot.complete()).isFalse();
    assertThat(messages(snapshot))
        .containsExactly(
            root.resolve("team") + ": is a symbolic link that leads nowhere; correct or remove it");
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void neverOpensWhatIsNoRegularFile() throws Exception {
    Path pipe = root.resolve("pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Files.createDirectory(root.resolve("dir.yaml"));
    Files.createSymbolicLink(root.resolve("link.yaml"), Path.of("pipe.yaml"));
    write(root.resolve("a.yaml"), Manifests.instance("a"));
    Snapshot snapshot = settled(directory(TrustRule.ofOrdinaryUser()));
    assertThat(snapshot.accepted()).containsOnlyKeys(A);
    assertThat(messages(snapshot))
        .containsExactlyInAnyOrder(
            root.resolve("dir.yaml") + ": is no regular file but a directory; rename or remove it",
            pipe + ": is no regular file but a named pipe; rename or remove it",
            root.resolve("link.yaml")
                + ": leads to %s, which is no regular file but a named pipe; correct or remove the"
                    .formatted(pipe)
                + " link");
  }

  /** To read one would never end: it is as long as anybody likes. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void neverOpensADevice() throws Exception {
    assumeRoot();
    Path zero = root.resolve("zero.yaml");
    assumeTrue(madeDevice(zero, "c", "1", "5"), "may make devices");
    Path file = write(root.resolve("a.yaml"), Manifests.instance("a"));
    Files.createSymbolicLink(root.resolve("link.yaml"), Path.of("zero.yaml"));
    ManifestDirectory directory = directory(TrustRule.ofRoot());
    Snapshot snapshot = settled(directory);
    assertThat(snapshot.accepted()).containsOnlyKeys(A);
    assertThat(snapshot.complete()).isFalse();
    assertThat(messages(snapshot))
        .containsExactly(
            root.resolve("link.yaml")
                + ": leads to %s, which is no regular file but a device; correct or remove the link"
                    .formatted(zero),
            zero + ": is no regular file but a device; rename or remove it");

    Files.delete(zero);
    Files.delete(root.resolve("link.yaml"));
    Files.delete(file);
    assertThat(madeDevice(file, "b", "7", "250")).as("a disk, whoever drives it").isTrue();
    Snapshot replaced = settled(directory);
    assertThat(replaced.accepted()).as("the last good version stays").containsOnlyKeys(A);
    assertThat(replaced.complete()).isFalse();
    assertThat(messages(replaced))
        .containsExactly(file + ": is no regular file but a device; rename or remove it");
  }

  private static boolean madeDevice(Path file, String... device) throws Exception {
    List<String> command = new ArrayList<>(List.of("mknod", "-m", "0644", file.toString()));
    command.addAll(List.of(device));
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  @Test
  void skipsWhatEditorsAndVersionControlsLeaveBehind() throws IOException {
    write(root.resolve("a.yaml"), Manifests.instance("a"));
    for (String name :
        List.of(
            "a.yaml~",
            "#a.yaml#",
            ".a.yaml.swp",
            "a.yaml.swp",
            "a.yaml.bak",
            "a.yaml.orig",
            "a.yaml.rej",
            "a.yaml.tmp",
            "a.yaml.kept-by-pglet-1",
            "4913",
            "sedA1b2C3",
            ".a.yaml",
            ".git/a.yaml",
            ".idea/a.yaml",
            "a.yaml.d/a.txt",
            "README.md",
            "A.YAML")) {
      write(root.resolve(name), Manifests.instance("a"));
    }
    Files.createSymbolicLink(root.resolve(".#a.yaml"), Path.of("me@host.1:2"));
    Snapshot snapshot = settled(directory(TrustRule.ofOrdinaryUser()));
    assertThat(snapshot.rejected()).isEmpty();
    assertThat(snapshot.accepted()).containsOnlyKeys(A);
    assertThat(snapshot.complete()).isTrue();
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void aFileThatIsReplacedByAPipeKeepsItsLastGoodVersionAndHoldsPruning() throws Exception {
    Path file = write(root.resolve("a.yaml"), Manifests.instance("a"));
    ManifestDirectory directory = directory(TrustRule.ofOrdinaryUser());
    settled(directory);
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    Snapshot snapshot = settled(directory);
    assertThat(snapshot.accepted()).containsOnlyKeys(A);
    assertThat(snapshot.complete()).isFalse();
    assertThat(messages(snapshot)).singleElement().asString().contains("a named pipe");
  }

  @Test
  void anUnreadableFileOrDirectoryKeepsWhatItHadAndNamesTheCommand() throws Exception {
    Path file = write(root.resolve("a.yaml"), Manifests.instance("a"));
    Path sub = Files.createDirectory(root.resolve("sub"));
    write(sub.resolve("b.yaml"), Manifests.instance("b"));
    mode(temp, "rwxr-xr-x");
    ManifestDirectory directory = directory(TrustRule.ofOrdinaryUser());
    assertThat(settled(directory).accepted()).containsOnlyKeys(A, B);
    mode(file, "---------");
    mode(sub, "---------");
    Snapshot snapshot = TestingUser.without(() -> settled(directory));
    assertThat(snapshot.accepted()).containsOnlyKeys(A, B);
    assertThat(snapshot.complete()).isFalse();
    assertThat(messages(snapshot))
        .containsExactly(
            file + ": cannot be read; run: chmod u+r " + file,
            sub + ": cannot be read; run: chmod u+rx " + sub);
    mode(file, "rw-r--r--");
    mode(sub, "rwxr-xr-x");
    assertThat(settled(directory).complete()).isTrue();
  }

  @Test
  void aStatusThatMayNotBeWrittenIsAnErrorThatNamesTheFileAndLeavesIt() throws Exception {
    Path file = write(root.resolve("a.yaml"), Manifests.instance("a"));
    mode(temp, "rwxr-xr-x");
    ManifestDirectory directory = directory(TrustRule.ofOrdinaryUser());
    settled(directory);
    mode(root, "r-xr-xr-x");
    ObjectNode status = JsonNodeFactory.instance.objectNode().put("phase", "Running");
    assertThatThrownBy(() -> TestingUser.without(() -> directory.writeStatus(A, status)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ": ");
    mode(root, "rwxr-xr-x");
    assertThat(file).content().isEqualTo(Manifests.instance("a"));
    assertThat(root).isDirectoryNotContaining(path -> path.toString().contains("pglet-"));
    assertThat(directory.writeStatus(A, status)).isEqualTo(ManifestSource.StatusWrite.WRITTEN);
  }

  @Test
  void refusesAFileThatIsTooLargeAndKeepsTheOthers() throws IOException {
    write(root.resolve("a.yaml"), Manifests.instance("a"));
    write(root.resolve("big.yaml"), "#".repeat(10 << 20));
    Snapshot snapshot = settled(directory(TrustRule.ofOrdinaryUser()));
    assertThat(snapshot.accepted()).containsOnlyKeys(A);
    assertThat(messages(snapshot)).singleElement().asString().contains("larger than 1 MiB");
  }

  @Test
  void aDaemonOfRootRefusesWhatOthersCanWriteAndNamesTheCommand() throws IOException {
    assumeRoot();
    Path file = write(root.resolve("a.yaml"), Manifests.instance("a"));
    write(root.resolve("sub/b.yaml"), Manifests.instance("b"));
    ManifestDirectory directory = directory(TrustRule.ofRoot());
    assertThat(settled(directory).accepted()).containsOnlyKeys(A, B);
    mode(file, "rw-rw-r--");
    mode(root.resolve("sub"), "rwxr-xrwx");
    Snapshot snapshot = settled(directory);
    assertThat(snapshot.accepted()).as("the last good versions stay").containsOnlyKeys(A, B);
    assertThat(snapshot.complete()).isFalse();
    assertThat(messages(snapshot))
        .containsExactly(
            file
                + ": can be written by others than its owner (mode 0664), and pglet, which runs as"
                + " root, would obey them. Run: chmod go-w "
                + file,
            root.resolve("sub")
                + ": can be written by others than its owner (mode 0757), and pglet, which runs as"
                + " root, would obey them. Run: chmod go-w "
                + root.resolve("sub"));
    mode(file, "rw-r--r--");
    mode(root.resolve("sub"), "rwxr-xr-x");
    assertThat(settled(directory).complete()).isTrue();
  }

  @Test
  void aDaemonOfRootObeysRootAndTheOwnerOfTheManifestRootOnly() throws IOException {
    assumeRoot();
    Path file = write(root.resolve("a.yaml"), Manifests.instance("a"));
    Files.setAttribute(file, "unix:uid", 12345);
    ManifestDirectory directory = directory(TrustRule.ofRoot());
    Snapshot foreign = settled(directory);
    assertThat(foreign.accepted()).isEmpty();
    assertThat(messages(foreign))
        .containsExactly(
            file
                + ": belongs to uid 12345, and pglet runs as root: it obeys only files of root. If"
                + " you trust its content, run: chown root "
                + file);
    Files.setAttribute(root, "unix:uid", 12345);
    assertThat(settled(directory).accepted()).containsOnlyKeys(A);
  }

  @Test
  void aDaemonOfRootRefusesARootThatOthersCanWriteOrReplace() throws IOException {
    assumeRoot();
    write(root.resolve("a.yaml"), Manifests.instance("a"));
    mode(root, "rwxrwxrwx");
    Snapshot open = settled(directory(TrustRule.ofRoot()));
    assertThat(open.accepted()).isEmpty();
    assertThat(open.incompleteBecause()).contains("mode 0777", "Run: chmod go-w " + root);
    assertThat(messages(open)).singleElement().asString().startsWith(root + ": ");
    mode(root, "rwxr-xr-x");
    mode(temp, "rwxrwxrwx");
    assertThat(settled(directory(TrustRule.ofRoot())).incompleteBecause())
        .contains(root + " lies in " + temp.toRealPath(), "Run: chmod go-w " + temp.toRealPath());
    assertThat(settled(directory(TrustRule.ofOrdinaryUser())).accepted()).containsOnlyKeys(A);
  }

  @Test
  void aNewFileBelongsToTheOwnerOfTheRootAndIsTrusted() throws Exception {
    assumeRoot();
    Files.setAttribute(root, "unix:uid", 12345);
    ManifestDirectory directory = directory(TrustRule.ofRoot());
    Path file = directory.apply(Manifests.instance("a")).file();
    assertThat(FileStamp.of(file).owner()).isEqualTo(12345);
    assertThat(directory.scan().accepted()).containsOnlyKeys(A);
  }

  private static void assumeRoot() throws IOException {
    assumeTrue(FileStamp.of(Path.of("/proc/self/.")).owner() == 0, "needs root");
  }

  private static List<String> messages(Snapshot snapshot) {
    return snapshot.rejected().stream()
        .flatMap(rejected -> rejected.problems().stream())
        .map(Problem::toString)
        .sorted()
        .toList();
  }

  private ManifestDirectory directory(TrustRule trust) {
    return new ManifestDirectory(root, Manifests.KINDS, clock, trust, clock);
  }

  private Snapshot settled(ManifestDirectory directory) {
    directory.scan().settleIn().ifPresent(clock::advance);
    return directory.scan();
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static void mode(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
