package dev.pglet.host.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A line of {@code /proc/self/mountinfo}.
 *
 * @param point where it is mounted
 * @param options of this mount, such as {@code ro} and {@code noexec}
 * @param type of the file system
 * @param superOptions of the file system itself
 */
record Mount(Path point, List<String> options, String type, String superOptions) {
  static final Mount NONE = new Mount(Path.of(""), List.of(), "", "");

  static Optional<Mount> parse(String line) {
    int dash = line.indexOf(" - ");
    String[] before = (dash < 0 ? "" : line.substring(0, dash)).split(" ", -1);
    String[] after = (dash < 0 ? "" : line.substring(dash + 3)).split(" ", -1);
    return before.length < 6 || after.length < 2
        ? Optional.empty()
        : Optional.of(
            new Mount(
                Path.of(before[4].replace("\\040", " ")),
                List.of(before[5].split(",", -1)),
                after[0],
                after.length > 2 ? after[2] : ""));
  }

  /** The one that holds a real path: the last of those with the longest mount point. */
  static Optional<Mount> of(Path path, List<String> mountinfo) {
    Mount found = null;
    for (String line : mountinfo) {
      Optional<Mount> mount = parse(line);
      if (mount.isPresent()
          && path.startsWith(mount.get().point())
          && (found == null
              || mount.get().point().getNameCount() >= found.point().getNameCount())) {
        found = mount.get();
      }
    }
    return Optional.ofNullable(found);
  }

  boolean readOnly() {
    return options.contains("ro") || List.of(superOptions.split(",", -1)).contains("ro");
  }

  boolean noExec() {
    return options.contains("noexec");
  }
}
