package dev.pglet.host.binaries;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresBinaries.Resolution;
import dev.pglet.host.postgres.PostgresBinaries.Sticky;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the real distribution, Debian's PostgreSQL 15 and the user's Maven repositories. */
final class TestInstalledBinaries {
  private static final PostgresVersion BUNDLED = new PostgresVersion(18, 6);
  private static final ServerAccount SELF =
      new ServerAccount(System.getProperty("user.name"), 0, 0, false);
  private static final Architecture MACHINE = Architecture.ofThisMachine().orElseThrow();

  private final CommandRunner commands = new LocalCommands();

  @TempDir Path dataRoot;

  @Test
  void theBundledVersionIsUnpackedWithoutAnyRepository() throws Exception {
    InstalledBinaries binaries =
        binaries(
            (_, version) -> {
              throw new HostUnavailable("Offline", "no network for " + version, "");
            },
            false);
    assertThat(binaries.resolve("18", "embedded", Optional.empty()))
        .isEqualTo(new Resolution.Installable(BUNDLED));
    Binaries installed = binaries.install(BUNDLED);
    assertThat(binaries.resolve("18", "auto", Optional.empty()))
        .isEqualTo(new Resolution.Ready(installed));
    assertThat(installed.libraries().resolve("plpgsql.so")).exists();
    assertThat(installed.share().resolve("extension/pgcrypto.control")).exists();
    assertThat(binaries.install(BUNDLED)).isEqualTo(installed);
  }

  @Test
  void whatWasDamagedAfterwardsIsUnpackedAgain() throws Exception {
    Binaries installed = binaries((_, _) -> bundledJar(), false).install(BUNDLED);
    Path library = installed.libraries().resolve("plpgsql.so");
    byte[] whole = Files.readAllBytes(library);
    Path control = installed.share().resolve("extension/pgcrypto.control");
    Path list = dataRoot.resolve("binaries/18.6").resolve(UnpackedFiles.NAME);

    Files.write(library, Arrays.copyOf(whole, whole.length / 2));
    Files.delete(control);
    InstalledBinaries next = binaries((_, _) -> bundledJar(), false);
    assertThat(next.resolve("18", "embedded", Optional.empty()))
        .isEqualTo(new Resolution.Installable(BUNDLED));
    assertThat(next.install(BUNDLED)).isEqualTo(installed);
    assertThat(library).hasBinaryContent(whole);
    assertThat(control).exists();
    try (var left = Files.list(dataRoot.resolve("binaries"))) {
      assertThat(left).containsExactly(dataRoot.resolve("binaries/18.6"));
    }

    for (String damaged : List.of("{\"files\": {}}", "{")) {
      Files.writeString(list, damaged);
      assertThat(UnpackedFiles.complete(dataRoot.resolve("binaries/18.6"))).isFalse();
    }
    Files.delete(list);
    assertThat(binaries((_, _) -> bundledJar(), false).resolve("18", "embedded", Optional.empty()))
        .as("as an earlier pglet has unpacked it")
        .isEqualTo(new Resolution.Ready(installed));
  }

  @Test
  void anotherVersionOfTheCatalogueComesThroughTheUsersRepositories() throws Exception {
    InstalledBinaries binaries =
        binaries(new MavenArtifacts(Path.of(System.getProperty("user.home"))), false);
    Binaries installed = binaries.install(new PostgresVersion(17, 11));
    assertThat(installed.version()).isEqualTo(new PostgresVersion(17, 11));
  }

  @Test
  void offlineNamesTheVersionAndWhatToDo() {
    InstalledBinaries binaries =
        binaries(
            (_, version) -> {
              throw new HostUnavailable("BinariesNotFetched", "fetching " + version, "Go online");
            },
            false);
    assertThatThrownBy(() -> binaries.install(new PostgresVersion(17, 11)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("17.11.0");
    assertThat(dataRoot.resolve("binaries/17.11")).doesNotExist();
  }

  @Test
  void aTruncatedArtifactIsRefusedAndLeavesNothing() throws Exception {
    Path jar = bundledJar();
    Path truncated = dataRoot.resolve("truncated.jar");
    byte[] bytes = Files.readAllBytes(jar);
    Files.write(truncated, Arrays.copyOf(bytes, bytes.length / 2));
    InstalledBinaries binaries = binaries((_, _) -> truncated, false);
    assertThatThrownBy(() -> binaries.install(new PostgresVersion(17, 11)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(truncated.toString())
        .hasMessageContaining("SHA-256");
    assertThat(dataRoot.resolve("binaries")).doesNotExist();
  }

  @Test
  void aVersionOutsideTheCatalogueNeedsTrustOnFirstUse() {
    InstalledBinaries binaries = binaries((_, _) -> bundledJar(), false);
    assertThatThrownBy(() -> binaries.install(new PostgresVersion(18, 99)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("18.99");
  }

  @Test
  void whatIsTrustedOnFirstUseMustBeTheSameTheSecondTime() throws Exception {
    Path jar = bundledJar();
    Path other = dataRoot.resolve("other.jar");
    Files.write(other, new byte[] {1, 2, 3});
    // Claims to be a version that it is not: found out when it is run.
    assertThatThrownBy(() -> binaries((_, _) -> jar, true).install(new PostgresVersion(18, 99)))
        .isInstanceOf(HostUnavailable.class);
    FileTree.delete(dataRoot.resolve("binaries/18.99"));
    assertThatThrownBy(() -> binaries((_, _) -> other, true).install(new PostgresVersion(18, 99)))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("was expected");
  }

  @Test
  void theSystemsPackageIsTakenWhenTheVersionFits() {
    InstalledBinaries binaries = binaries((_, _) -> bundledJar(), false);
    assertThat(binaries.resolve(SYSTEM_MAJOR, "auto", Optional.empty()))
        .isInstanceOfSatisfying(
            Resolution.Ready.class,
            ready -> {
              assertThat(ready.binaries().source()).isEqualTo("system");
              assertThat(ready.binaries().libraries().resolve("plpgsql.so")).exists();
              assertThat(ready.binaries().share().resolve("extension/plpgsql.control")).exists();
            });
  }

  @Test
  void othersDoNotTakeThePlaceOfTheSystemsThatAreOnlySilent() throws IOException {
    Path postgres = dataRoot.resolve("usr/lib/postgresql/17/bin/postgres");
    Files.createDirectories(postgres.getParent());
    Files.writeString(postgres, "#!/bin/sh\nexit 1\n");
    Files.setPosixFilePermissions(postgres, PosixFilePermissions.fromString("rwxr-xr-x"));
    InstalledBinaries binaries =
        new InstalledBinaries(
            new BinariesDirectories(commands, SELF, dataRoot, "", System::nanoTime),
            embedded((_, _) -> bundledJar(), false),
            SELF);
    for (String source : List.of("auto", "system")) {
      assertThat(binaries.resolve("17", source, Optional.empty()))
          .isInstanceOfSatisfying(
              Resolution.Missing.class,
              missing ->
                  assertThat(missing.message() + missing.remedy())
                      .contains(postgres + " --version")
                      .contains("embedded"));
    }
    assertThat(binaries.resolve("16", "auto", Optional.empty()))
        .isInstanceOf(Resolution.Installable.class);
  }

  @Test
  void dataThatWasRunWithEmbeddedBinariesStaysWithThemAndTheirMinor() {
    InstalledBinaries binaries = binaries((_, _) -> bundledJar(), false);
    Sticky sticky = new Sticky("embedded", new PostgresVersion(15, 3));
    assertThat(binaries.resolve("15", "auto", Optional.of(sticky)))
        .isEqualTo(new Resolution.Installable(new PostgresVersion(15, 3)));
  }

  @Test
  void whatCannotBeHadSaysWhatToInstall() {
    InstalledBinaries binaries = binaries((_, _) -> bundledJar(), false);
    assertThat(binaries.resolve("12", "auto", Optional.empty()))
        .isInstanceOfSatisfying(
            Resolution.Missing.class,
            missing -> assertThat(missing.remedy()).contains("postgresql-12"));
    assertThat(binaries.resolve("16", "system", Optional.empty()))
        .isInstanceOf(Resolution.Missing.class);
    assertThat(binaries.resolve("16", dataRoot.toString(), Optional.empty()))
        .isInstanceOf(Resolution.Missing.class);
  }

  @Test
  void rootDoesNotTrustADirectoryThatOthersCanChange() throws IOException {
    Path directory = Files.createDirectories(dataRoot.resolve("mine/bin")).getParent();
    Path postgres = Files.createFile(dataRoot.resolve("mine/bin/postgres"));
    Files.setPosixFilePermissions(postgres, PosixFilePermissions.fromString("rwxrwxrwx"));
    ServerAccount switching = new ServerAccount("nobody", 65534, 65534, true);
    InstalledBinaries binaries =
        new InstalledBinaries(
            new BinariesDirectories(commands, switching),
            embedded((_, _) -> postgres, false),
            switching);
    assertThat(binaries.resolve("18", String.valueOf(directory), Optional.empty()))
        .isInstanceOfSatisfying(
            Resolution.Missing.class,
            missing -> assertThat(missing.message()).contains("others than root"));
  }

  @Test
  void whatAnotherAccountCannotRunIsMissingForThatAccount() throws IOException {
    ServerAccount pglet = new ServerAccount("pglet", 900, 900, true);
    ServerAccount app = new ServerAccount("app", 901, 901, true);
    for (String place : List.of("usr/lib/postgresql/17", "binaries/16.99")) {
      Path postgres = dataRoot.resolve(place).resolve("bin/postgres");
      Files.createDirectories(postgres.getParent());
      Files.writeString(postgres, "");
      Files.setPosixFilePermissions(postgres, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    CommandRunner onlyPglet =
        invocation ->
            invocation.account().equals(Optional.of(pglet))
                ? new Result(
                    0,
                    invocation.arguments().getFirst().contains("16.99")
                        ? "postgres (PostgreSQL) 16.99"
                        : "postgres (PostgreSQL) 17.6",
                    "")
                : new Result(126, "", "Permission denied");
    InstalledBinaries ofPglet =
        new InstalledBinaries(
            new BinariesDirectories(onlyPglet, pglet, dataRoot, "", System::nanoTime),
            embedded((_, _) -> bundledJar(), false),
            pglet);
    InstalledBinaries ofApp = ofPglet.as(app);
    assertThat(ofPglet.as(pglet)).isSameAs(ofPglet);
    assertThat(ofPglet.as(app)).as("it remembers what binaries have said").isSameAs(ofApp);
    for (String version : List.of("17", "16")) {
      assertThat(ofPglet.resolve(version, "auto", Optional.empty()))
          .isInstanceOf(Resolution.Ready.class);
      assertThat(ofApp.resolve(version, "auto", Optional.empty()))
          .isInstanceOfSatisfying(
              Resolution.Missing.class,
              missing -> {
                assertThat(missing.field()).isEqualTo("spec.runtime.binaries");
                assertThat(missing.message()).contains("app");
              });
    }
  }

  private static Path bundledJar() {
    return Bundled.ofDistribution(Optional.of(MACHINE)).jar().orElseThrow();
  }

  private InstalledBinaries binaries(ArtifactSource artifacts, boolean trust) {
    return new InstalledBinaries(
        new BinariesDirectories(commands, SELF), embedded(artifacts, trust), SELF);
  }

  private EmbeddedBinaries embedded(ArtifactSource artifacts, boolean trust) {
    return new EmbeddedBinaries(
        new Settings(dataRoot, dataRoot.resolve("run"), Optional.empty(), trust),
        SELF,
        Catalogue.ofDistribution(),
        Optional.of(MACHINE),
        Bundled.ofDistribution(Optional.of(MACHINE)),
        artifacts);
  }

  @Test
  void everyEntryOfTheCatalogueHasChecksums() throws IOException {
    new ObjectMapper()
        .readTree(Catalogue.class.getResourceAsStream("catalogue.json"))
        .properties()
        .forEach(
            entry ->
                assertThat(entry.getValue().path("sha256").properties())
                    .as(entry.getKey())
                    .isNotEmpty()
                    .allSatisfy(
                        sum -> assertThat(sum.getValue().asText()).matches("[0-9a-f]{64}")));
    assertThat(Catalogue.ofDistribution().newest("18", MACHINE)).contains(BUNDLED);
  }
}
