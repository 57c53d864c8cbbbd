package dev.pglet.host.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.volume.LocalVolumes;
import dev.pglet.host.volume.Volumes.CopyRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters that are copies of what initdb made once. */
@Timeout(120)
final class TestPristineClusters {
  private static final int PORT = 17499;

  private final AtomicInteger initdbs = new AtomicInteger();
  private RealPostgres real;
  private Path kept;

  @BeforeEach
  void open() throws Exception {
    real = new RealPostgres();
    kept = real.root.resolve("clusters");
  }

  @AfterEach
  void close() throws Exception {
    real.close();
  }

  @Test
  void theSecondOneIsACopyThatIsWholeAndHasAnIdentityOfItsOwn() throws Exception {
    LocalPostgresServer servers = servers();
    Path first = make(servers, "a");
    Path second = make(servers, "b");
    assertThat(initdbs).hasValue(1);
    assertThat(files(second)).isEqualTo(files(first));
    assertThat(identity(second)).hasSize(2).doesNotContainAnyElementsOf(identity(first));
    assertThat(output("pg_checksums", "--check", "-D", second.toString()))
        .contains("Bad checksums:  0");

    real.configure(second);
    real.start(RealPostgres.system(), second, PORT);
    assertThat(real.query(PORT, "select system_identifier from pg_control_system()"))
        .isEqualTo(servers.controlData(second).systemIdentifier());
    // What is in the cluster is noted with the identifier as it is in its WAL.
    assertThat(real.query(PORT, "select pg_walfile_name(pg_switch_wal())"))
        .isEqualTo("000000010000000000000001");
  }

  @Test
  void otherArgumentsMakeAnotherOne() throws Exception {
    LocalPostgresServer servers = servers();
    make(servers, "a");
    Path data = real.volume("b").resolve("data");
    servers.initialize(
        new InitRequest(
            RealPostgres.system(),
            data,
            "UTF8",
            "C.UTF-8",
            false,
            "libc",
            16,
            Optional.empty(),
            real.account));
    assertThat(initdbs).hasValue(2);
    assertThat(output("pg_controldata", data.toString())).containsPattern("checksum version: +0\n");
  }

  @Test
  void whatOneAccountCouldWriteIsCopiedForNoOther() {
    PristineClusters clusters =
        new PristineClusters(
            kept,
            (_, _, _) -> {
              throw new AssertionError("nothing is copied");
            });
    List<String> initdb = List.of(RealPostgres.system().bin("initdb"), "-U", "postgres");
    ServerAccount one = new ServerAccount("one", 1001, 1001, true);
    Path ofOne = clusters.of(initdb, one).orElseThrow().cluster;
    assertThat(clusters.of(initdb, one).orElseThrow().cluster).isEqualTo(ofOne);
    for (ServerAccount other :
        List.of(
            new ServerAccount("two", 1002, 1001, true),
            new ServerAccount("one", 1001, 1002, true))) {
      assertThat(clusters.of(initdb, other).orElseThrow().cluster)
          .as("of %s", other)
          .isNotEqualTo(ofOne);
    }
  }

  @Test
  void ofManyAtOnceOneRunsInitdbAndAllAreDifferent() throws Exception {
    LocalPostgresServer servers = servers();
    List<String> identities = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(6)) {
      List<Future<Path>> made = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        String name = "v" + i;
        made.add(executor.submit(() -> make(servers, name)));
      }
      for (Future<Path> each : made) {
        identities.addAll(identity(each.get()));
      }
    }
    assertThat(initdbs).hasValue(1);
    assertThat(identities).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void theServersAccountCannotEnterWhereTheyAreKept() throws Exception {
    make(servers(), "a");
    PosixFileAttributes found = Files.readAttributes(kept, PosixFileAttributes.class);
    assertThat(PosixFilePermissions.toString(found.permissions())).startsWith("rwx---");
    if (real.account.switching()) {
      assertThat(found.owner().getName()).isEqualTo("root");
    }
  }

  @Test
  void aDamagedOneIsUsedOnceWithoutHarmAndThenInitdbAgain() throws Exception {
    LocalPostgresServer servers = servers();
    make(servers, "a");
    Path control = only().resolve("global/pg_control");
    byte[] bytes = Files.readAllBytes(control);
    bytes[0] ^= 1;
    Files.write(control, bytes);
    assertThatThrownBy(() -> make(servers, "b")).hasMessageContaining("checksum");
    assertThat(real.root.resolve("b/data")).doesNotExist();
    assertThat(identity(make(servers, "b"))).doesNotContainAnyElementsOf(identity(at("a")));
    assertThat(initdbs).hasValue(2);
    make(servers, "c");
    assertThat(initdbs).hasValue(2);
  }

  @Test
  void walOfAnotherClusterIsFoundBeforeAServerWouldRefuseIt() throws Exception {
    LocalPostgresServer servers = servers();
    make(servers, "a");
    Path segment = only().resolve("pg_wal/000000010000000000000001");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[24] ^= 1;
    Files.write(segment, bytes);
    assertThatThrownBy(() -> make(servers, "b")).hasMessageContaining("000000010000000000000001");
    make(servers, "b");
    assertThat(initdbs).hasValue(2);
  }

  @Test
  void whatWasMadeOnAnotherHostOrLeftHalfMadeIsRemovedByTheNextProcess() throws Exception {
    make(servers(), "a");
    Path own = only();
    Path other = kept.resolve("0123456789abcdef-0123456789abcdef");
    Path half = kept.resolve(".0b8c3c1e-4d60-4f0c-9d43-1a5c8e6f1d2b");
    Files.createDirectories(other.resolve("base"));
    Files.createDirectories(half.resolve("base"));
    make(servers(), "b");
    assertThat(kept).isDirectoryContaining(path -> path.equals(own));
    assertThat(other).doesNotExist();
    assertThat(half).doesNotExist();
    assertThat(initdbs).hasValue(1);
  }

  private LocalPostgresServer servers() {
    LocalCommands commands = new LocalCommands();
    CommandRunner counting =
        invocation -> {
          if (invocation.arguments().getFirst().endsWith("/initdb")) {
            initdbs.incrementAndGet();
          }
          return commands.run(invocation);
        };
    LocalVolumes volumes = new LocalVolumes(commands);
    return new LocalPostgresServer(
        counting, kept, (from, to, owner) -> volumes.copyTree(CopyRequest.whole(from, to, owner)));
  }

  private Path make(LocalPostgresServer servers, String name) throws Exception {
    Path volume = real.root.resolve(name);
    if (Files.notExists(volume)) {
      real.volume(name);
    }
    servers.initialize(real.initRequest(RealPostgres.system(), volume));
    return at(name);
  }

  private Path at(String volume) {
    return real.root.resolve(volume).resolve("data");
  }

  private Path only() throws IOException {
    try (Stream<Path> entries = Files.list(kept)) {
      List<Path> all = entries.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  /** Each file with its size, owner and mode. */
  private static List<String> files(Path data) throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      List<String> files = new ArrayList<>();
      for (Path file : all.sorted().toList()) {
        PosixFileAttributes found =
            Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        files.add(
            "%s %s %s %s %d"
                .formatted(
                    data.relativize(file),
                    found.owner(),
                    found.group(),
                    PosixFilePermissions.toString(found.permissions()),
                    found.isRegularFile() ? found.size() : 0));
      }
      return files;
    }
  }

  private static List<String> identity(Path data) throws Exception {
    return output("pg_controldata", data.toString())
        .lines()
        .filter(line -> line.matches("(Database system identifier|Mock authentication nonce):.*"))
        .toList();
  }

  private static String output(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(RealPostgres.system().bin(program)));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).doesNotContain("WARNING");
    return output;
  }
}
