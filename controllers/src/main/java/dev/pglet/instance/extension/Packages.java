package dev.pglet.instance.extension;

import dev.pglet.instance.extension.Catalogue.Known;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names the command that brings an extension.
 *
 * @param distribution of the operating system
 * @param major the version of PostgreSQL
 * @param packaged whether its binaries are the distribution's: others are extended by no package
 */
public record Packages(Distribution distribution, int major, boolean packaged) {
  /** Families by the names of their packages. */
  public enum Distribution {
    DEBIAN,
    REDHAT,
    OTHER;

    /** What an os-release file says. */
    static Distribution of(List<String> osRelease) {
      Set<String> ids = new HashSet<>();
      for (String line : osRelease) {
        if (line.startsWith("ID=") || line.startsWith("ID_LIKE=")) {
          String value = line.substring(line.indexOf('=') + 1).replaceAll("[\"']", "");
          ids.addAll(Arrays.asList(value.split(" ", -1)));
        }
      }
      if (ids.contains("debian") || ids.contains("ubuntu")) {
        return DEBIAN;
      }
      return ids.contains("rhel") || ids.contains("fedora") || ids.contains("centos")
          ? REDHAT
          : OTHER;
    }

    /** This host's. */
    public static Distribution ofHost() {
      try {
        return of(Files.readAllLines(Path.of("/etc/os-release")));
      } catch (IOException e) {
        // A system that does not say what it is gets no command.
        return OTHER;
      }
    }
  }

  /** What to do for an extension that the binaries lack. */
  String remedy(String extension) {
    Known known = Catalogue.checkedIn().of(extension);
    String command =
        switch (distribution) {
          case DEBIAN -> command("apt-get install ", known.debian(), "postgresql-" + major);
          case REDHAT -> command("dnf install ", known.redhat(), "postgresql" + major + "-server");
          case OTHER -> "";
        };
    if (command.isEmpty()) {
      return "Install the package that has %s for PostgreSQL %d, or remove the entry"
          .formatted(extension, major);
    }
    String from = known.archive() == null ? "" : ", from the package archive of " + known.archive();
    return packaged
        ? "Run: %s%s".formatted(command, from)
        : "No package extends these binaries. Set spec.runtime.binaries to system and run: %s%s"
            .formatted(command, from);
  }

  private String command(String install, @Nullable String name, String server) {
    if (name == null) {
      return "";
    }
    String own = name.formatted(major);
    return install + (packaged || own.equals(server) ? own : server + " " + own);
  }
}
