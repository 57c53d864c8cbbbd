package dev.pglet.host.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostCheck.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of the kernel's files: a host of the test's own. */
final class TestHostChecks {
  @TempDir private Path root;
  private HostFiles files = HostFiles.ofHost(OptionalLong.empty());

  @BeforeEach
  void makeHost() throws IOException {
    files = new HostFiles(root, "self");
    file("proc/sys/kernel/shmmax", "18446744073692774399");
    file("proc/sys/kernel/shmmni", "4096");
    file("proc/sys/vm/overcommit_memory", "0");
    file(
        "proc/meminfo",
        """
        MemTotal:       16000000 kB
        CommitLimit:     8000000 kB
        Committed_AS:    7900000 kB
        HugePages_Total:       0
        HugePages_Free:        0
        Hugepagesize:       2048 kB
        """);
    file(
        "proc/self/mountinfo",
        """
        20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
        21 20 0:5 / /dev/shm rw,nosuid - tmpfs tmpfs rw,size=8000000k
        22 20 8:2 / /srv/my\\040data rw,relatime - xfs /dev/sdb1 rw,attr2
        23 20 8:3 / /ro ro,relatime - btrfs /dev/sdc1 ro
        """);
    limits("1048576", "63000");
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private void limits(String open, String processes) throws IOException {
    file(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             100                  %s                   processes
        Max open files            1024                 %s                   files
        """
            .formatted(processes, open));
  }

  private HostCheck kernel(String subject, String... hugePages) {
    return only(new KernelChecks(files).all(List.of(hugePages)), subject);
  }

  private static HostCheck only(List<HostCheck> checks, String subject) {
    return checks.stream()
        .filter(check -> check.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aNumberOfTheKernelIsReadWhole() throws Exception {
    Process cat = new ProcessBuilder("cat", "/proc/sys/kernel/shmmni").start();
    String whole = new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(HostFiles.ofHost(OptionalLong.empty()).text("proc/sys/kernel/shmmni"))
        .contains(whole.strip());
  }

  @Test
  void anOrdinaryHostIsGood() {
    assertThat(new KernelChecks(files).all(List.of()))
        .allSatisfy(check -> assertThat(check.result()).isEqualTo(Result.OK))
        .hasSize(6);
    assertThat(new CgroupChecks(files).all())
        .containsExactly(HostCheck.ok("cgroup", "no control group of version 2 limits pglet"));
  }

  @Test
  void limitsAreJudgedByWhatAServerNeeds() throws IOException {
    limits("1024", "unlimited");
    assertThat(kernel("open files").result()).isEqualTo(Result.WARN);
    assertThat(kernel("open files").remedy()).contains("LimitNOFILE=", "ulimit -Hn");
    assertThat(kernel("processes").detail()).isEqualTo("unlimited");
    limits("100", "50");
    assertThat(kernel("open files").result()).isEqualTo(Result.FAIL);
    assertThat(kernel("processes").result()).isEqualTo(Result.FAIL);
  }

  @Test
  void theDaemonsLimitsCountAndNotThoseOfTheShellThatAsks() throws IOException {
    limits("100", "50");
    file("proc/77/limits", "Max open files            1024                 524288  files");
    file("proc/77/cgroup", "0::/system.slice/pglet.service");
    file("proc/self/cgroup", "0::/user.slice");
    file("sys/fs/cgroup/cgroup.controllers", "cpu memory pids");
    file("sys/fs/cgroup/user.slice/pids.max", "10");
    OptionalLong pid = OptionalLong.of(77);
    HostFiles daemon = HostFiles.of(root, pid);
    assertThat(daemon.whose(pid)).isEqualTo(HostCheck.ok("limits", "those of the daemon, pid 77"));

    assertThat(only(new KernelChecks(daemon).all(List.of()), "open files"))
        .isEqualTo(HostCheck.ok("open files", "524288"));
    assertThat(only(new CgroupChecks(daemon).all(), "cgroup tasks").result()).isEqualTo(Result.OK);
    assertThat(only(new CgroupChecks(files).all(), "cgroup tasks").result()).isEqualTo(Result.WARN);
  }

  @Test
  void whereTheDaemonIsHiddenTheShellsLimitsCountAndThatIsSaid() throws IOException {
    limits("100", "50");
    OptionalLong hidden = OptionalLong.of(78);
    HostFiles shell = HostFiles.of(root, hidden);

    assertThat(only(new KernelChecks(shell).all(List.of()), "open files").result())
        .isEqualTo(Result.FAIL);
    assertThat(shell.whose(hidden).result()).isEqualTo(Result.WARN);
    assertThat(HostFiles.of(root, OptionalLong.empty()).whose(OptionalLong.empty()).detail())
        .isEqualTo("those of this shell, as no daemon runs");
  }

  @Test
  void sharedMemoryMustBeThereAndLargeEnough() throws IOException {
    file("proc/self/mountinfo", "21 20 0:5 / /dev/shm rw - tmpfs shm rw,size=65536k,inode64");
    assertThat(kernel("/dev/shm"))
        .isEqualTo(
            HostCheck.warn(
                "/dev/shm",
                "64 MiB: parallel queries may not get the memory that they share",
                "Run: mount -o remount,size=1G /dev/shm (a container: --shm-size=1g)"));
    file("proc/self/mountinfo", "20 1 8:1 / / rw - ext4 /dev/sda1 rw");
    assertThat(kernel("/dev/shm").result()).isEqualTo(Result.WARN);
    file("proc/sys/kernel/shmmax", "0");
    assertThat(kernel("shm segments").result()).isEqualTo(Result.FAIL);
  }

  @Test
  void strictOvercommitCountsWhatIsLeft() throws IOException {
    file("proc/sys/vm/overcommit_memory", "2");
    assertThat(kernel("overcommit").result()).isEqualTo(Result.WARN);
    assertThat(kernel("overcommit").detail()).contains("97 MiB can still be committed");
  }

  @Test
  void hugePagesAreNeededOnlyByThoseWhoInsistOnThem() {
    assertThat(kernel("huge pages").result()).isEqualTo(Result.OK);
    assertThat(kernel("huge pages", "postgresqlinstance/app").result()).isEqualTo(Result.FAIL);
    assertThat(kernel("huge pages", "postgresqlinstance/app").detail())
        .isEqualTo("none is free of 0, and huge_pages = on of postgresqlinstance/app needs some");
  }

  @Test
  void theTightestControlGroupCounts() throws IOException {
    file("sys/fs/cgroup/cgroup.controllers", "cpu memory pids");
    file("proc/self/cgroup", "0::/system.slice/pglet.service");
    file("sys/fs/cgroup/system.slice/memory.max", "268435456");
    file("sys/fs/cgroup/system.slice/pglet.service/memory.max", "max");
    file("sys/fs/cgroup/system.slice/pglet.service/cpu.max", "25000 100000");
    file("sys/fs/cgroup/system.slice/pglet.service/pids.max", "4915");
    List<HostCheck> checks = new CgroupChecks(files).all();

    assertThat(only(checks, "cgroup memory").result()).isEqualTo(Result.WARN);
    assertThat(only(checks, "cgroup memory").detail()).startsWith("at most 256 MiB for pglet");
    assertThat(only(checks, "cgroup cpu").detail()).startsWith("at most 0.3 processors");
    assertThat(only(checks, "cgroup tasks"))
        .isEqualTo(HostCheck.ok("cgroup tasks", "at most 4915"));
  }

  @Test
  void aFileSystemIsFoundByTheLongestMountPoint() {
    List<String> mounts = files.lines("proc/self/mountinfo");
    assertThat(Mount.of(Path.of("/srv/my data/pg"), mounts).orElseThrow().type()).isEqualTo("xfs");
    assertThat(Mount.of(Path.of("/srv/other"), mounts).orElseThrow().type()).isEqualTo("ext4");
  }

  private static HostCheck fileSystem(String line, long free) {
    return FileSystemChecks.check(Path.of("/d"), free, Mount.parse(line).orElseThrow(), false);
  }

  @Test
  void aFileSystemMustBeWritableAndExecutable() {
    assertThat(fileSystem("1 0 8:1 / /d rw - btrfs /dev/a rw", 5L << 30))
        .isEqualTo(
            HostCheck.ok(
                "file system", "/d is on btrfs, where copies share their blocks; 5 GiB are free"));
    assertThat(fileSystem("1 0 8:1 / /d ro - ext4 /dev/a rw", 5L << 30).detail())
        .endsWith("where a branch is a full copy; it is mounted read-only");
    assertThat(fileSystem("1 0 8:1 / /d rw - ext4 /dev/a ro,x", 5L << 30).result())
        .isEqualTo(Result.FAIL);
    assertThat(fileSystem("1 0 8:1 / /d rw,noexec - xfs /dev/a rw", 5L << 30).result())
        .isEqualTo(Result.FAIL);
    Mount noExec = Mount.parse("1 0 8:1 / /d rw,noexec - xfs /dev/a rw").orElseThrow();
    assertThat(FileSystemChecks.check(Path.of("/d"), 5L << 30, noExec, true).result())
        .as("for data alone")
        .isEqualTo(Result.OK);
    assertThat(fileSystem("1 0 8:1 / /d rw - nfs4 a:/b rw", 5L << 30).result())
        .isEqualTo(Result.WARN);
    assertThat(fileSystem("1 0 8:1 / /d rw - tmpfs tmpfs rw", 5L << 30).result())
        .isEqualTo(Result.WARN);
    assertThat(fileSystem("1 0 8:1 / /d rw - xfs /dev/a rw", 9L << 20).detail())
        .endsWith("9 MiB are free");
  }
}
