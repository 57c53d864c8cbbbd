package dev.pglet.daemon.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.manifest.status.StatusMode;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.PruneGuard;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pins the names of settings, their defaults and what is said when they are wrong. */
class TestDaemonSettings {
  @TempDir Path directory;

  private HostUser user(int uid, Map<String, String> environment) {
    return new HostUser(uid, directory.resolve("home"), directory.resolve("cwd"), environment);
  }

  private DaemonSettings resolve(
      int uid, Map<String, String> environment, Map<String, String> flags) throws InvalidSpec {
    return DaemonSettings.resolve(user(uid, environment), flags);
  }

  private int self() throws Exception {
    return (Integer) Files.getAttribute(directory, "unix:uid");
  }

  @Test
  void theDefaultsOfRoot() throws Exception {
    Places places = resolve(0, Map.of("PGLET_CONFIG", settingsFile("")), Map.of()).places();

    assertThat(places.manifests()).isEqualTo(Path.of("/etc/pglet/manifests"));
    assertThat(places.manifestsChosen()).isFalse();
    assertThat(places.dataRoot()).isEqualTo(Path.of("/var/lib/pglet"));
    assertThat(places.runDirectory()).isEqualTo(Path.of("/run/pglet"));
  }

  @Test
  void metricsAreServedNowhereUnlessTheSettingNamesAnAddressOfThisHost() throws Exception {
    assertThat(metrics(Map.of(), Map.of())).isEmpty();
    assertThat(metrics(Map.of("PGLET_METRICS_ADDRESS", "9187"), Map.of()))
        .contains(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9187));
    assertThat(
            metrics(
                Map.of("PGLET_METRICS_ADDRESS", "9187"), Map.of("--metrics-address", "[::1]:9188")))
        .contains(new InetSocketAddress(InetAddress.ofLiteral("::1"), 9188));
    assertThat(metrics(Map.of("PGLET_METRICS_ADDRESS", "off"), Map.of())).isEmpty();
    for (String wrong : List.of("0.0.0.0:9187", "example.org:1", "127.0.0.1", "99999", "x")) {
      assertThatThrownBy(() -> metrics(Map.of(), Map.of("--metrics-address", wrong)))
          .as(wrong)
          .hasMessage("--metrics-address is '" + wrong + "'");
    }
  }

  private Optional<InetSocketAddress> metrics(
      Map<String, String> environment, Map<String, String> flags) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("PGLET_CONFIG", settingsFile(""));
    return resolve(0, all, flags).metrics().address();
  }

  @Test
  void theDefaultsOfAnOrdinaryUser() throws Exception {
    Path runtime = Files.createDirectory(directory.resolve("runtime"));
    DaemonSettings settings =
        resolve(
            self() == 0 ? 4711 : self(), Map.of("XDG_RUNTIME_DIR", runtime.toString()), Map.of());

    assertThat(settings.places().manifests())
        .isEqualTo(directory.resolve("home/.config/pglet/manifests"));
    assertThat(settings.places().dataRoot())
        .isEqualTo(directory.resolve("home/.local/share/pglet"));
    assertThat(settings.trust()).isEqualTo(new Trust(Optional.empty(), false));
    assertThat(settings.pruning().guard())
        .isEqualTo(new PruneGuard(Map.of("Branch", new PruneGuard.Allowance(3, 20))));
    assertThat(settings.logLevel()).isEmpty();
  }

  @Test
  void pluginsLieBesideTheSettingsFileWhereverItIs() {
    assertThat(user(0, Map.of()).plugins(Map.of())).isEqualTo(Path.of("/etc/pglet/plugins"));
    assertThat(user(0, Map.of("PGLET_CONFIG", "/a/pglet.yaml")).plugins(Map.of()))
        .isEqualTo(Path.of("/a/plugins"));
    assertThat(
            user(0, Map.of("PGLET_CONFIG", "/a/pglet.yaml"))
                .plugins(Map.of("--config", "b/other.yaml")))
        .isEqualTo(directory.resolve("cwd/b/plugins"));
  }

  @Test
  void theRunDirectoryIsTheSessionsOwnOnlyIfItIsReallyTheUsers() throws Exception {
    Path runtime = Files.createDirectory(directory.resolve("runtime"));
    Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", runtime.toString());

    assertThat(Places.resolve(Sources.read(user(987_654, environment), Map.of())).runDirectory())
        .as("somebody else's runtime directory")
        .isEqualTo(directory.resolve("home/.local/share/pglet/run"));
    assertThat(Places.resolve(Sources.read(user(987_654, Map.of()), Map.of())).runDirectory())
        .as("no session")
        .isEqualTo(directory.resolve("home/.local/share/pglet/run"));
  }

  @Test
  void anotherDataRootHasItsOwnRunDirectory() throws Exception {
    Places places = resolve(0, Map.of("PGLET_DATA_ROOT", "/d"), Map.of()).places();

    assertThat(places.runDirectory()).isEqualTo(Path.of("/d/run"));
  }

  @Test
  void rootReadsNoSettingsThatOthersCanWrite() throws Exception {
    Path file = Path.of(settingsFile("dataRoot: /file\n"));
    assertThat(resolve(0, Map.of(), Map.of("--config", file.toString())).places().dataRoot())
        .isEqualTo(Path.of("/file"));

    for (Path writable : List.of(file, directory)) {
      Path real = writable.toRealPath();
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(writable);
      Set<PosixFilePermission> more = EnumSet.copyOf(mode);
      more.add(PosixFilePermission.OTHERS_WRITE);
      Files.setPosixFilePermissions(writable, more);
      assertThatThrownBy(() -> resolve(0, Map.of(), Map.of("--config", file.toString())))
          .isInstanceOfSatisfying(
              InvalidSpec.class,
              error ->
                  assertThat(error.explain())
                      .contains(file + " is not read", "chmod go-w " + real));
      assertThat(resolve(1000, Map.of(), Map.of("--config", file.toString())).places().dataRoot())
          .as("an ordinary user's daemon has only that user's rights")
          .isEqualTo(Path.of("/file"));
      Files.setPosixFilePermissions(writable, mode);
    }
  }

  @Test
  void aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    String file =
        settingsFile(
            """
            dataRoot: /file
            manifests: manifests
            account: postgres
            trustOnFirstUse: true
            logLevel: debug
            pruneGuard: {Branch: {atLeast: 5, percent: 50}}
            status: {mode: sidecar}
            """);
    Map<String, String> environment = Map.of("PGLET_CONFIG", file, "PGLET_DATA_ROOT", "/env");

    assertThat(resolve(0, environment, Map.of("--data-root", "flag")).places().dataRoot())
        .isEqualTo(directory.resolve("cwd/flag"));
    DaemonSettings settings = resolve(0, environment, Map.of());
    assertThat(settings.places().dataRoot()).isEqualTo(Path.of("/env"));
    assertThat(resolve(0, Map.of(), Map.of("--config", file)).places().dataRoot())
        .isEqualTo(Path.of("/file"));
    assertThat(settings.places().manifests()).isEqualTo(directory.resolve("manifests"));
    assertThat(settings.places().manifestsChosen()).isTrue();
    assertThat(settings.trust()).isEqualTo(new Trust(Optional.of("postgres"), true));
    assertThat(settings.logLevel()).contains(LogLevel.DEBUG);
    assertThat(settings.statuses().mode()).isEqualTo(StatusMode.SIDECAR);
    assertThat(resolve(0, environment, Map.of("--status-mode", "none")).statuses().mode())
        .isEqualTo(StatusMode.NONE);
    assertThat(settings.pruning().guard().byKind())
        .containsEntry("Branch", new PruneGuard.Allowance(5, 50));
    assertThat(settings.settings())
        .isEqualTo(
            new Settings(Path.of("/env"), Path.of("/env/run"), Optional.of("postgres"), true));
  }

  @Test
  void aWrongSettingNamesItsSourceAndTheWayOut() throws Exception {
    String unknown = settingsFile("dataroot: /x\n");
    assertThatThrownBy(() -> resolve(0, Map.of("PGLET_CONFIG", unknown), Map.of()))
        .hasMessageContaining(unknown + ": there is no setting 'dataroot'");
    assertThatThrownBy(() -> resolve(0, Map.of("PGLET_LOG_LEVEL", "loud"), Map.of()))
        .hasMessage("PGLET_LOG_LEVEL is 'loud'");
    assertThatThrownBy(() -> resolve(0, Map.of("PGLET_TRUST_ON_FIRST_USE", "yes"), Map.of()))
        .hasMessage("PGLET_TRUST_ON_FIRST_USE is 'yes'");
    assertThatThrownBy(() -> resolve(0, Map.of(), Map.of("--account", "root")))
        .hasMessage("--account is root, and servers never run as root");
    assertThatThrownBy(() -> resolve(0, Map.of("PGLET_CONFIG", "/nope.yaml"), Map.of()))
        .hasMessage("/nope.yaml does not exist");
    String guard = settingsFile("pruneGuard: {Branch: 5}\n");
    assertThatThrownBy(() -> resolve(0, Map.of("PGLET_CONFIG", guard), Map.of()))
        .hasMessageContaining("pruneGuard.Branch is not understood");
    for (String status :
        List.of("sidecar", "{mode: [none]}", "{mode: none, x: y}", "{mode: NONE}")) {
      String file = settingsFile("status: " + status + "\n");
      assertThatThrownBy(() -> resolve(0, Map.of("PGLET_CONFIG", file), Map.of()))
          .as(status)
          .hasMessageStartingWith(file + ": status.mode is '");
    }
    assertThat(resolve(0, Map.of(), Map.of()).statuses().mode()).isEqualTo(StatusMode.INLINE);
    String twice = settingsFile("dataRoot: /x\ndataRoot: /y\n");
    assertThatThrownBy(() -> resolve(0, Map.of("PGLET_CONFIG", twice), Map.of()))
        .hasMessageContaining("Duplicate");
  }

  @Test
  void aTooLongRunDirectoryIsRefusedBeforeAnythingIsMade() {
    String longest = "/" + "r".repeat(106 - 32 - 1);
    assertThatThrownBy(() -> resolve(0, Map.of(), Map.of("--run-directory", longest + "x")))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("has 75 bytes; the path of a Unix socket allows 74")
        .extracting(e -> ((InvalidSpec) e).remedy())
        .asString()
        .contains("--run-directory");
    assertThat(catchResolve(longest)).isEmpty();
  }

  private Optional<String> catchResolve(String run) {
    try {
      resolve(0, Map.of(), Map.of("--run-directory", run));
      return Optional.empty();
    } catch (InvalidSpec e) {
      return Optional.of(e.getMessage());
    }
  }

  @Test
  void runsOnLinuxOnTwoArchitecturesOnly() throws Exception {
    HostUser.requireSupported("Linux", "amd64");
    HostUser.requireSupported("Linux", "aarch64");
    assertThatThrownBy(() -> HostUser.requireSupported("Mac OS X", "aarch64"))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("this is Mac OS X on aarch64");
    assertThatThrownBy(() -> HostUser.requireSupported("Linux", "riscv64"))
        .hasMessageContaining("riscv64");
  }

  @Test
  void makesDirectoriesThatOnlyTheRightAccountsEnter() throws Exception {
    Path data = directory.resolve("a/data");
    Settings settings = new Settings(data, data.resolve("run"), Optional.empty(), false);

    DataRoot.prepare(settings, false);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    Path other = directory.resolve("b");
    DataRoot.prepare(new Settings(other, other.resolve("run"), Optional.empty(), false), true);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)))
        .isEqualTo("rwx--x--x");
  }

  @Test
  void aDataRootThatIsAFileIsRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(
            () ->
                DataRoot.prepare(
                    new Settings(file, directory.resolve("run"), Optional.empty(), false), false))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(file + " cannot be written");
  }

  @Test
  void noexecIsThatOfTheInnermostMount() {
    List<String> mounts =
        List.of(
            "1 0 8:1 / / rw,relatime - ext4 /dev/sda rw",
            "2 1 0:5 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw",
            "3 2 0:6 / /tmp/with\\040space rw - tmpfs tmpfs rw");

    assertThat(DataRoot.isNoExec(mounts, Path.of("/tmp/x"))).isTrue();
    assertThat(DataRoot.isNoExec(mounts, Path.of("/tmp/with space/x"))).isFalse();
    assertThat(DataRoot.isNoExec(mounts, Path.of("/tmpx"))).isFalse();
  }

  private String settingsFile(String text) throws Exception {
    return Files.writeString(directory.resolve("pglet.yaml"), text).toString();
  }
}
