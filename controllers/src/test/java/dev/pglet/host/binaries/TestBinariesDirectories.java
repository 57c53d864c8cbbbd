package dev.pglet.host.binaries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where packagers put PostgreSQL, in a file system that holds just that. */
final class TestBinariesDirectories {
  private static final ServerAccount SELF =
      new ServerAccount(System.getProperty("user.name"), 0, 0, false);

  @TempDir private Path temporary;
  private final AtomicLong now = new AtomicLong();
  private Path root;

  @BeforeEach
  void realRoot() throws Exception {
    root = temporary.toRealPath();
  }

  private List<Binaries> found(String path) {
    return of(path).ofSystem();
  }

  private BinariesDirectories of(String path) {
    return new BinariesDirectories(new LocalCommands(), SELF, root, path, now::get);
  }

  private void postgres(String file, String version) throws Exception {
    Path postgres = root.resolve(file);
    Files.createDirectories(postgres.getParent());
    Files.writeString(postgres, "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n");
    Files.setPosixFilePermissions(postgres, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void files(String libraries, String share) throws Exception {
    Files.createDirectories(root.resolve(libraries));
    Files.createFile(root.resolve(libraries).resolve("plpgsql.so"));
    Files.createDirectories(root.resolve(share).resolve("extension"));
  }

  private Binaries binaries(
      int major, int minor, String directory, String libraries, String share) {
    return new Binaries(
        new PostgresVersion(major, minor),
        root.resolve(directory),
        "system",
        root.resolve(libraries),
        root.resolve(share));
  }

  @Test
  void debianKeepsEachVersionInADirectoryAndWhatAllMayShareElsewhere() throws Exception {
    postgres("usr/lib/postgresql/15/bin/postgres", "15.14 (Debian 15.14-0+deb12u1)");
    files("usr/lib/postgresql/15/lib", "usr/share/postgresql/15");
    postgres("usr/lib/postgresql/17/bin/postgres", "17.6");
    files("usr/lib/postgresql/17/lib", "usr/share/postgresql/17");
    Files.createDirectories(root.resolve("usr/lib/postgresql/16"));

    assertThat(found(""))
        .containsExactly(
            binaries(
                15,
                14,
                "usr/lib/postgresql/15",
                "usr/lib/postgresql/15/lib",
                "usr/share/postgresql/15"),
            binaries(
                17,
                6,
                "usr/lib/postgresql/17",
                "usr/lib/postgresql/17/lib",
                "usr/share/postgresql/17"));
  }

  @Test
  void thePostgresqlProjectsPackagesForRhelKeepAllInOneDirectory() throws Exception {
    postgres("usr/pgsql-17/bin/postgres", "17.6");
    files("usr/pgsql-17/lib", "usr/pgsql-17/share");

    assertThat(found(""))
        .containsExactly(binaries(17, 6, "usr/pgsql-17", "usr/pgsql-17/lib", "usr/pgsql-17/share"));
  }

  @Test
  void rhelsOwnPackageIsFoundByThePath() throws Exception {
    postgres("usr/bin/postgres", "13.22");
    files("usr/lib64/pgsql", "usr/share/pgsql");

    assertThat(found("")).isEmpty();
    assertThat(found("/nowhere::" + root.resolve("usr/bin")))
        .containsExactly(binaries(13, 22, "usr", "usr/lib64/pgsql", "usr/share/pgsql"));
  }

  @Test
  void homebrewsLinkIsWhatStaysOverItsUpdates() throws Exception {
    String cellar = "home/linuxbrew/.linuxbrew/Cellar/postgresql@17/17.6";
    postgres(cellar + "/bin/postgres", "17.6 (Homebrew)");
    files(cellar + "/lib/postgresql", cellar + "/share/postgresql@17");
    String opt = "home/linuxbrew/.linuxbrew/opt/postgresql@17";
    Files.createDirectories(root.resolve(opt).getParent());
    Files.createSymbolicLink(root.resolve(opt), root.resolve(cellar));

    assertThat(found(""))
        .containsExactly(
            binaries(17, 6, opt, opt + "/lib/postgresql", opt + "/share/postgresql@17"));
  }

  @Test
  void whatIsOnThePathAndInItsPlaceIsFoundOnce() throws Exception {
    postgres("usr/lib/postgresql/17/bin/postgres", "17.6");
    files("usr/lib/postgresql/17/lib", "usr/share/postgresql/17");
    Files.createDirectories(root.resolve("usr/local/bin"));
    Files.createSymbolicLink(
        root.resolve("usr/local/bin/postgres"), root.resolve("usr/lib/postgresql/17/bin/postgres"));

    assertThat(found(root.resolve("usr/local/bin").toString())).hasSize(1);
  }

  @Test
  void whatCannotBeRunIsNone() throws Exception {
    postgres("usr/pgsql-17/bin/postgres", "17.6");
    Files.writeString(root.resolve("usr/pgsql-17/bin/postgres"), "#!/bin/sh\nexit 1\n");

    assertThat(found("")).isEmpty();
  }

  @Test
  void whatSaysNothingSaysWhyAndIsAskedAgain() throws Exception {
    postgres("usr/lib/postgresql/17/bin/postgres", "17.6");
    Path postgres = root.resolve("usr/lib/postgresql/17/bin/postgres");
    // As when another library is missing: the file stays the same.
    Files.writeString(
        postgres,
        Files.readString(postgres) + "test -e " + root + "/lib || { echo no >&2; exit 7; }");
    files("usr/lib/postgresql/17/lib", "usr/share/postgresql/17");
    BinariesDirectories directories = of("");

    assertThat(directories.ofSystem()).isEmpty();
    assertThat(directories.silence(17).orElseThrow())
        .contains(postgres + " --version")
        .contains("ends with 7: no");
    assertThat(directories.silence(7)).isEmpty();
    assertThat(directories.silence(16)).isEmpty();

    Files.createFile(root.resolve("lib"));
    now.addAndGet(Duration.ofSeconds(29).toNanos());
    assertThat(directories.ofSystem()).isEmpty();
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(directories.ofSystem()).hasSize(1);
    assertThat(directories.silence(17)).isEmpty();
  }
}
