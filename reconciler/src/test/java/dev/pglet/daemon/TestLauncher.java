package dev.pglet.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script in a clone of its own, with a PATH on which only what a test puts there is found. */
@Timeout(60)
class TestLauncher {
  private static final List<String> TOOLS =
      List.of(
          "sed",
          "find",
          "readlink",
          "dirname",
          "head",
          "mkdir",
          "flock",
          "date",
          "touch",
          "grep",
          "rm",
          "timeout",
          "cat",
          "uname",
          "sh");

  @TempDir Path directory;
  private Path clone = Path.of("unset");
  private Path bin = Path.of("unset");

  @BeforeEach
  void makeClone() throws IOException {
    clone = Files.createDirectory(directory.resolve("clone with space"));
    bin = Files.createDirectory(directory.resolve("bin"));
    Files.copy(Path.of("..", "pglet"), clone.resolve("pglet"));
    executable(clone.resolve("pglet"));
    Files.writeString(clone.resolve("pom.xml"), "<project/>");
    Files.createDirectories(clone.resolve("crds/src/main"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(bin.resolve(tool), locate(tool));
    }
  }

  private static Path locate(String tool) {
    for (String place : List.of("/usr/bin", "/bin")) {
      if (Files.isExecutable(Path.of(place, tool))) {
        return Path.of(place, tool);
      }
    }
    throw new AssertionError("this host has no " + tool);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    executable(file);
  }

  /** A JDK that prints what it is called with, and makes the cache that it is told to make. */
  private Path jdk(String version) throws IOException {
    Path home = directory.resolve("jdk-" + version);
    script(
        home.resolve("bin/java"),
        """
        printf '%s\\n' "$@"
        for word in "$@"; do
          case $word in -XX:AOTCacheOutput=*) echo "$@" > "${word#*=}" ;; esac
        done
        """);
    script(home.resolve("bin/javac"), "exit 1\n");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  /** One that can run what others have built. */
  private Path jre(String version) throws IOException {
    Path home = jdk(version);
    Files.delete(home.resolve("bin/javac"));
    return home;
  }

  private void host(String system, String machine) throws IOException {
    Files.delete(bin.resolve("uname"));
    script(
        bin.resolve("uname"),
        "case $1 in -s) echo %s ;; -m) echo %s ;; esac\n".formatted(system, machine));
  }

  /** A Maven that counts its runs and makes the distribution. */
  private void maven(String more) throws IOException {
    script(
        bin.resolve("mvn"),
        "echo run >> '%s'\nmkdir -p controllers/target/pglet\n%s\n"
            .formatted(directory.resolve("builds"), more));
  }

  private long builds() throws IOException {
    Path log = directory.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private record Ran(int code, String out, String err) {}

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(clone.resolve("pglet").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("PGLET_JVM_DIRECTORIES", directory.resolve("none").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Ran run(Map<String, String> environment, String... arguments) throws Exception {
    return ended(start(environment, arguments));
  }

  private static Ran ended(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), out, err);
  }

  @Test
  void withoutAJdkItSaysHowToGetOne() throws Exception {
    script(bin.resolve("apt-get"), "exit 1\n");

    Ran ran = run(Map.of("JAVA_HOME", jdk("17.0.1").toString()));

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains("needs a JDK 25 or newer")
        .contains("sudo apt-get install openjdk-25-jdk-headless");
  }

  @Test
  void aJreIsEnoughToRunAndNotToBuild() throws Exception {
    maven("");
    Map<String, String> environment = Map.of("JAVA_HOME", jre("25.0.3").toString());

    Ran refused = run(environment, "version");

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("needs a JDK 25 or newer", "A JRE, which has no javac");
    assertThat(builds()).isZero();

    run(Map.of("JAVA_HOME", jdk("25.0.4").toString()), "version");
    Ran built = run(environment, "version");
    assertThat(built.err()).isEmpty();
    assertThat(built.out()).endsWith("version\n");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aJreBeforeAJdkDoesNotHideIt() throws Exception {
    maven("");

    Ran ran =
        run(
            Map.of("PGLET_JAVA_HOME", jre("25.0.3").toString(), "JAVA_HOME", jdk("26").toString()),
            "version");

    assertThat(ran.code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void anotherSystemOrMachineIsRefusedBeforeAnythingElse() throws Exception {
    maven("");
    Map<String, String> environment = Map.of("JAVA_HOME", jdk("25").toString());
    for (List<String> host :
        List.of(
            List.of("Darwin", "arm64", "this is Darwin on arm64"),
            List.of("FreeBSD", "amd64", "this is FreeBSD on amd64"),
            List.of("Linux", "riscv64", "this is Linux on riscv64"))) {
      host(host.get(0), host.get(1));

      Ran ran = run(environment, "quickstart");

      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.err()).contains(host.get(2));
      assertThat(ran.out()).isEmpty();
    }
    assertThat(builds()).isZero();
    host("Linux", "aarch64");
    assertThat(run(environment, "version").code()).isZero();
  }

  @Test
  void withoutMavenItSaysHowToGetIt() throws Exception {
    script(bin.resolve("dnf"), "exit 1\n");

    Ran ran = run(Map.of("JAVA_HOME", jdk("25.0.3").toString()));

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("there is no mvn on PATH").contains("sudo dnf install maven");
  }

  @Test
  void buildsOnceAndPassesTheArgumentsOn() throws Exception {
    maven("");
    Map<String, String> environment = Map.of("JAVA_HOME", jdk("25.0.3").toString());

    Ran first = run(environment, "get", "pg", "-o", "a b");
    Ran second = run(environment, "version");

    assertThat(first.code()).isZero();
    assertThat(first.err()).contains("building").contains("done in");
    assertThat(first.out()).endsWith("get\npg\n-o\na b\n").contains("-XX:TieredStopAtLevel=1");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void theDaemonGetsASmallHeapAndTheBetterCompiler() throws Exception {
    maven("");

    Ran ran = run(Map.of("JAVA_HOME", jdk("26").toString()), "run", "dir");

    assertThat(ran.out()).contains("-Xmx320m").doesNotContain("TieredStopAtLevel");
  }

  @Test
  void aVerbThatFindsADaemonHasASmallerCache() throws Exception {
    maven("");
    Path run = Files.createDirectory(directory.resolve("run"));
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME", jdk("25").toString(),
            "PGLET_RUN_DIRECTORY", run.toString(),
            "PGLET_DATA_ROOT", directory.resolve("other").toString());

    assertThat(run(environment, "get", "pg").out()).contains("/daemon.aot\n");
    try (ServerSocketChannel daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      daemon.bind(UnixDomainSocketAddress.of(run.resolve("pglet.sock")));
      assertThat(run(environment, "get", "pg").out()).contains("/verbs.aot\n");
      assertThat(run(environment, "--log-level=debug", "run", "dir").out())
          .contains("/daemon.aot\n");
      assertThat(run(environment, "quickstart").out())
          .contains("/daemon.aot\n")
          .contains("TieredStopAtLevel=1");
    }
    for (String cache : List.of("verbs", "daemon")) {
      assertThat(clone.resolve("controllers/target/pglet").resolve(cache + ".aot"))
          .content()
          .contains("-Dpglet.training=" + cache);
    }
  }

  @Test
  void withoutACacheItWorksAllTheSame() throws Exception {
    maven("");
    Path jdk = jdk("25");
    script(
        jdk.resolve("bin/java"),
        """
        case "$*" in *training*) exit 1 ;; esac
        printf '%s\\n' "$@"
        """);

    Ran ran = run(Map.of("JAVA_HOME", jdk.toString()), "get", "pg");

    assertThat(ran.code()).isZero();
    assertThat(ran.out()).endsWith("get\npg\n").doesNotContain("AOTCache");
  }

  @Test
  void furtherOptionsOfTheJvmWinOverTheLaunchers() throws Exception {
    maven("");

    Ran ran =
        run(
            Map.of("JAVA_HOME", jdk("25").toString(), "PGLET_JAVA_OPTIONS", "-Xmx1g -Dx=y"),
            "run",
            "dir");

    assertThat(ran.out().lines()).containsSubsequence("-Xmx320m", "-Xmx1g", "-Dx=y", "-jar", "run");
  }

  @Test
  void aCloneThatCannotBeWrittenNamesTheRemedy() throws Exception {
    maven("");
    // Where the directory should be is a file: not even root can write there.
    Files.writeString(clone.resolve("controllers"), "");

    Ran ran = run(Map.of("JAVA_HOME", jdk("25.0.1").toString()), "get", "pg");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains(clone + " cannot be written")
        .contains("Build it as its owner with: " + clone + "/pglet version");
    assertThat(builds()).isZero();
  }

  @Test
  void aNewerSourceIsBuiltAgain() throws Exception {
    maven("");
    Map<String, String> environment = Map.of("PGLET_JAVA_HOME", jdk("25").toString());
    run(environment, "version");
    Path source = Files.writeString(clone.resolve("crds/src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

    run(environment, "version");

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void twoFirstRunsDoNotCollide() throws Exception {
    maven("echo x");
    Map<String, String> environment = Map.of("JAVA_HOME", jdk("25").toString());

    Process one = start(environment, "version");
    Process two = start(environment, "version");

    assertThat(ended(one).code()).isZero();
    assertThat(ended(two).code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aFailedBuildShowsMavensErrorAndTheLog() throws Exception {
    maven("echo '[ERROR] A.java:[1,2] no'; exit 1");

    Ran ran = run(Map.of("JAVA_HOME", jdk("25").toString()), "version");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains("the build failed")
        .contains("A.java:[1,2] no")
        .contains("build.log");
  }

  @Test
  void offlineTheFirstRunSaysThatItNeedsTheNetwork() throws Exception {
    maven("echo '[ERROR] Could not transfer artifact x: Unknown host repo'; exit 1");

    Ran ran = run(Map.of("JAVA_HOME", jdk("25").toString()), "version");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("could not fetch a dependency").contains("needs the network");
  }
}
