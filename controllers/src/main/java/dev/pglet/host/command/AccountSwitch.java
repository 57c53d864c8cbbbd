package dev.pglet.host.command;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.HostUnavailable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a command is made to run as an account: {@code setpriv}, which replaces itself by the command
 * (so that the process id is the command's), else {@code runuser}. Stateless.
 */
public final class AccountSwitch {
  /** Where programs are searched; a service's PATH often lacks the sbin directories. */
  public static final String SEARCH_PATH = searchPath();

  private AccountSwitch() {}

  /** The arguments that run the command as the account; the command itself when not switching. */
  public static List<String> apply(ServerAccount account, List<String> command)
      throws HostUnavailable {
    if (!account.switching()) {
      return command;
    }
    List<String> arguments = new ArrayList<>();
    Optional<Path> setpriv = find("setpriv").filter(AccountSwitch::isUtilLinux);
    Optional<Path> runuser = find("runuser");
    if (setpriv.isPresent()) {
      arguments.addAll(
          List.of(
              setpriv.get().toString(),
              "--reuid=" + account.uid(),
              "--regid=" + account.gid(),
              "--init-groups",
              "--"));
    } else if (runuser.isPresent()) {
      arguments.addAll(List.of(runuser.get().toString(), "-u", account.name(), "--"));
    } else {
      throw new HostUnavailable(
          "SetprivMissing",
          "cannot run %s as %s: neither setpriv nor runuser is on %s"
              .formatted(command.getFirst(), account.name(), SEARCH_PATH),
          "Install util-linux");
    }
    arguments.addAll(command);
    return arguments;
  }

  /** A program by its name, in {@link #SEARCH_PATH}. */
  public static Optional<Path> find(String program) {
    for (String directory : SEARCH_PATH.split(File.pathSeparator, -1)) {
      Path path = Path.of(directory, program);
      if (path.isAbsolute() && Files.isExecutable(path) && !Files.isDirectory(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /** BusyBox has a setpriv that cannot change accounts. */
  private static boolean isUtilLinux(Path program) {
    try {
      return !program.toRealPath().getFileName().toString().startsWith("busybox");
    } catch (IOException e) {
      return false;
    }
  }

  private static String searchPath() {
    String path = System.getenv("PATH");
    String base = path == null || path.isEmpty() ? "/usr/local/bin:/usr/bin:/bin" : path;
    return base + File.pathSeparator + "/usr/sbin" + File.pathSeparator + "/sbin";
  }
}
