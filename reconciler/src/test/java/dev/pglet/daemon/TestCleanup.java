package dev.pglet.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.SystemScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCleanup {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final SystemScheduler scheduler = new SystemScheduler();
  private Path data;
  private Path run;

  @BeforeEach
  void layOut() throws IOException {
    data = directory.resolve("data");
    run = directory.resolve("run");
    for (String file :
        List.of(
            "state/lock",
            "state/pid",
            "state/inventory.json",
            "state/.inventory.json.new",
            "state/inventory.json.corrupt-2026-01-01T010203.5Z",
            "state/inventory.json.v1",
            "state/inventory.jsonl",
            "state/inventory.jsonl.corrupt-2026-01-01T010203.5Z",
            "state/events.jsonl",
            "state/operations/copy-1.json",
            "state/conditions/0a1b.json",
            "state/revisions/0a1b.json",
            "pools/0123456789abcdef.json",
            "binaries/18.6/bin/postgres",
            "binaries/.17.2.unpacking/bin/postgres",
            "binaries/.17.2.damaged/bin/postgres",
            "binaries/.17.2.removing/bin/postgres",
            "binaries/trusted.json",
            "clusters/0123456789abcdef-0123456789abcdef/global/pg_control",
            "clusters/.0b8c3c1e-4d60-4f0c-9d43-1a5c8e6f1d2b/PG_VERSION",
            "secrets/.ca123/ca.key",
            "secrets/.ca123/.ca.crt.new",
            "volumes/.probe-123/run",
            "secrets/default/toy-box/pgpass",
            "secrets/default/toy-box/pgpass.new")) {
      write(data.resolve(file));
    }
    Files.createDirectories(data.resolve("volumes/meta"));
    Files.createDirectories(data.resolve("managed"));
    write(run.resolve("pglet.sock"));
    write(run.resolve("0a1b2c3d/.s.PGSQL.5432.lock"));
    write(run.resolve("0a1b2c3d/private/.s.PGSQL.5432"));
    write(run.resolve("0a1b2c3d-private/.s.PGSQL.5432"));
  }

  @AfterEach
  void close() {
    scheduler.close();
  }

  private static void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
  }

  private Cleanup cleanup(KindProvider... kinds) throws Exception {
    Settings settings = new Settings(data, run, Optional.empty(), false);
    return new Cleanup(
        settings,
        kinds.length > 0 ? List.of(kinds) : List.of(new ToyProvider(new ToyHost())),
        new HostContext(settings, InstantSource.system(), scheduler));
  }

  private boolean clean() throws Exception {
    return cleanup().run(new PrintStream(out, true, StandardCharsets.UTF_8), Duration.ofSeconds(5));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void nothingIsLeftOfRootsThatOnlyPgletUsed() throws Exception {
    assertThat(clean()).isTrue();

    assertThat(directory).isEmptyDirectory();
    assertThat(said()).doesNotContain("left alone");
  }

  @Test
  void anEmptyRootThatIsNotOursToRemoveIsNoFailure() throws Exception {
    assumeThat(chattr("+i")).as("the file system knows chattr +i, and we may").isTrue();
    try {
      assertThat(clean()).isTrue();

      assertThat(data).isEmptyDirectory();
      assertThat(run).isEmptyDirectory();
    } finally {
      assertThat(chattr("-i")).isTrue();
    }
  }

  /** Above both roots: then not even root can remove them. */
  private boolean chattr(String flag) throws Exception {
    return new ProcessBuilder("chattr", flag, directory.toString()).start().waitFor() == 0;
  }

  @Test
  void whatOthersKeepInEitherRootIsLeftAndNamed() throws Exception {
    List<String> inData =
        List.of(
            "binaries/my-tools/tool",
            "notes.txt",
            "pools/list.txt",
            "secrets/default/toy-box/key.pem",
            "state/backup/inventory.json",
            "state/mine.txt",
            "volumes/dump.sql");
    List<String> inRun =
        List.of("0a1b2c3d/theirs", "app.sock", "deadbeef/data/file", "other/.s.PGSQL.5432");
    for (String file : inData) {
      write(data.resolve(file));
    }
    for (String file : inRun) {
      write(run.resolve(file));
    }

    assertThat(clean()).as("a volume may be left").isFalse();

    assertThat(files(data)).isEqualTo(inData);
    assertThat(files(run)).isEqualTo(inRun);
    for (String left :
        List.of(
            "data/notes.txt", "data/binaries/my-tools", "data/volumes/dump.sql", "run/app.sock")) {
      assertThat(said()).contains("left alone", directory.resolve(left).toString());
    }
  }

  @Test
  void aRunDirectoryFullOfOtherThingsIsNoVolumeLeft() throws Exception {
    write(run.resolve("user/session"));

    assertThat(clean()).isTrue();

    assertThat(data).doesNotExist();
    assertThat(files(run)).containsExactly("user/session");
    assertThat(said()).contains(run.resolve("user").toString());
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    Path elsewhere = directory.resolve("elsewhere");
    write(elsewhere.resolve("inventory.json"));
    Files.createSymbolicLink(data.resolve("binaries/17.1"), elsewhere);
    Files.createSymbolicLink(data.resolve("binaries/18.6/lib"), elsewhere);
    Files.createSymbolicLink(run.resolve("aaaaaaaa"), elsewhere);

    clean();

    assertThat(files(elsewhere)).containsExactly("inventory.json");
    assertThat(data.resolve("binaries/18.6")).doesNotExist();
    assertThat(said()).contains(data.resolve("binaries/17.1").toString());
  }

  @Test
  void socketsThatSomebodyAnswersOnAreNotOurs() throws Exception {
    Path socket = run.resolve("bbbbbbbb/.s.PGSQL.6000");
    Files.createDirectories(socket.getParent());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));

      clean();

      assertThat(socket).exists();
      assertThat(run.resolve("0a1b2c3d")).doesNotExist();
      assertThat(said()).contains("bbbbbbbb");
    }
  }

  @Test
  void theAnnouncementNamesBothRoots() throws Exception {
    assertThat(cleanup().announce()).contains("data root " + data, "run directory " + run);
  }

  /** A kind that only cleans up. */
  private record Cleaning(Callable<List<String>> cleanup) implements KindProvider {
    @Override
    public CrdDefinition crd() {
      return ToyProvider.CRD;
    }

    @Override
    public Controller<?, ?, ?, ?> controller(EngineContext context) {
      return (Controller<?, ?, ?, ?>)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Controller.class},
              (_, method, _) -> {
                assertThat(method.getName()).isEqualTo("cleanup");
                return cleanup.call();
              });
    }

    @Override
    public List<Command> commands() {
      return List.of();
    }
  }

  @Test
  void whenAKindCannotCleanUpTheOthersDoAndNothingIsForgotten() throws Exception {
    Cleanup cleanup =
        cleanup(
            new Cleaning(
                () -> {
                  throw new HostUnavailable("PoolMissing", "the pool /p is not there", "Mount it");
                }),
            new Cleaning(() -> List.of("box: removed")));

    assertThatThrownBy(
            () ->
                cleanup.run(
                    new PrintStream(out, true, StandardCharsets.UTF_8), Duration.ofSeconds(5)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("/p");

    assertThat(said()).contains("box: removed");
    assertThat(data.resolve("state/inventory.json")).exists();
    assertThat(data.resolve("pools/0123456789abcdef.json")).exists();
  }
}
