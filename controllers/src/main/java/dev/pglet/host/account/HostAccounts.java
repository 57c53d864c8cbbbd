package dev.pglet.host.account;

import dev.pglet.reconcile.HostUnavailable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Accounts from {@code /etc/passwd} and, for names that it does not hold, from {@code getent}.
 * Stateless. Starts its few processes itself: running commands as an account needs accounts first.
 */
public final class HostAccounts implements AccountDatabase {
  private static final Path SELF = Path.of("/proc/self/status");
  private static final long DEADLINE_SECONDS = 30;

  private final Path passwd;
  private final Path groups;

  /** Those of this host. */
  public HostAccounts() {
    this(Path.of("/etc/passwd"), Path.of("/etc/group"));
  }

  HostAccounts(Path passwd, Path groups) {
    this.passwd = passwd;
    this.groups = groups;
  }

  @Override
  public Optional<Entry> find(String name) throws HostUnavailable {
    Optional<Entry> local = findLocal(name);
    if (local.isPresent() || !onPath("getent")) {
      return local;
    }
    Ended ended = run(List.of("getent", "passwd", name));
    return ended.exitCode() == 0
        ? ended.output().lines().flatMap(HostAccounts::parse).findFirst()
        : Optional.empty();
  }

  @Override
  public Optional<Entry> findLocal(String name) throws HostUnavailable {
    return local(entry -> entry.name().equals(name));
  }

  @Override
  public Optional<Entry> find(int uid) throws HostUnavailable {
    return local(entry -> entry.uid() == uid);
  }

  @Override
  public List<String> otherNamesOf(Entry account) throws HostUnavailable {
    return accounts().stream()
        .filter(entry -> entry.uid() == account.uid())
        .map(Entry::name)
        .filter(name -> !name.equals(account.name()))
        .distinct()
        .sorted()
        .toList();
  }

  @Override
  public Group groupOf(Entry account) throws HostUnavailable {
    List<String> firstOf =
        accounts().stream().filter(entry -> entry.gid() == account.gid()).map(Entry::name).toList();
    String name = "";
    List<String> members = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(groups, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(":", -1);
        if (fields.length >= 4 && fields[2].equals(Integer.toUnsignedString(account.gid()))) {
          name = name.isEmpty() ? fields[0] : name;
          members.addAll(List.of(fields[3].split(",", -1)));
        }
      }
    } catch (NoSuchFileException e) {
      // Then there are no members.
      return new Group("", others(firstOf, account), List.of());
    } catch (IOException e) {
      throw unreadable(groups, e);
    }
    return new Group(name, others(firstOf, account), others(members, account));
  }

  private static List<String> others(List<String> names, Entry account) {
    return names.stream()
        .filter(name -> !name.isEmpty() && !name.equals("root") && !name.equals(account.name()))
        .distinct()
        .sorted()
        .toList();
  }

  @Override
  public void createSystemAccount(String name) throws HostUnavailable {
    List<String> command =
        onPath("useradd")
            ? List.of(
                "useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name)
            // BusyBox: -S system, -D no password, -H no home.
            : List.of("adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", name);
    Ended ended = run(command);
    if (ended.exitCode() != 0) {
      throw new HostUnavailable(
          "AccountNotCreated",
          "cannot create the account %s that servers run as: %s: %s"
              .formatted(name, command.getFirst(), ended.output().strip()),
          "Create it (useradd --system " + name + "), or name another one with --account");
    }
  }

  @Override
  public Entry self() throws HostUnavailable {
    try {
      int uid = -1;
      int gid = -1;
      for (String line : Files.readAllLines(SELF)) {
        if (line.startsWith("Uid:")) {
          uid = Integer.parseInt(line.split("\\s+", -1)[2]);
        } else if (line.startsWith("Gid:")) {
          gid = Integer.parseInt(line.split("\\s+", -1)[2]);
        }
      }
      String fallback = Integer.toString(uid);
      return new Entry(find(uid).map(Entry::name).orElse(fallback), uid, gid);
    } catch (IOException e) {
      throw new HostUnavailable(
          "ProcUnreadable", "cannot read " + SELF + ": " + e.getMessage(), "Mount /proc", e);
    }
  }

  private Optional<Entry> local(Predicate<Entry> wanted) throws HostUnavailable {
    return accounts().stream().filter(wanted).findFirst();
  }

  private List<Entry> accounts() throws HostUnavailable {
    // Latin 1: the file has no declared encoding, and other people's names must not fail us.
    try (Stream<String> lines = Files.lines(passwd, StandardCharsets.ISO_8859_1)) {
      return lines.flatMap(HostAccounts::parse).toList();
    } catch (IOException e) {
      throw unreadable(passwd, e);
    }
  }

  private static HostUnavailable unreadable(Path file, IOException e) {
    return new HostUnavailable(
        "AccountsUnreadable", "cannot read " + file + ": " + e.getMessage(), "Make it readable", e);
  }

  private static Stream<Entry> parse(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length < 7) {
      return Stream.empty();
    }
    try {
      return Stream.of(
          new Entry(
              fields[0], Integer.parseUnsignedInt(fields[2]), Integer.parseUnsignedInt(fields[3])));
    } catch (NumberFormatException e) {
      return Stream.empty();
    }
  }

  private static boolean onPath(String program) {
    return Stream.of(searchPath().split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** A service's PATH often lacks the sbin directories, where useradd lies. */
  private static String searchPath() {
    String path = System.getenv("PATH");
    return (path == null ? "/usr/bin:/bin" : path) + ":/usr/sbin:/sbin";
  }

  private static Ended run(List<String> command) throws HostUnavailable {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .directory(new File("/"));
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("PATH", searchPath());
    try {
      Process process = builder.start();
      String output;
      try {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
          throw new IOException("did not end within " + DEADLINE_SECONDS + " s");
        }
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } finally {
        process.destroyForcibly();
      }
      return new Ended(process.exitValue(), output);
    } catch (IOException e) {
      throw new HostUnavailable(
          "CommandFailed",
          "running " + String.join(" ", command) + ": " + e.getMessage(),
          "Install it, or name an existing account with --account",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnavailable(
          "Interrupted",
          "interrupted in " + command.getFirst(),
          "It is tried again when pglet runs again",
          e);
    }
  }

  private record Ended(int exitCode, String output) {}
}
