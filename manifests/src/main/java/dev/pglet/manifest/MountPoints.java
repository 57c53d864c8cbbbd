package dev.pglet.manifest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Where the kernel has mounted something, as {@code /proc/self/mountinfo} says (proc(5)). The
 * numbers of devices do not tell: a bind mount has that of its own file system, and a subvolume of
 * btrfs has another without being mounted.
 */
final class MountPoints {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_POINT = 4;

  /** Spaces, tabs, line ends and backslashes. */
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

  private MountPoints() {}

  /** All below a directory, without that itself. Where they cannot be read there are none. */
  static Set<Path> below(Path root) {
    try {
      return below(root, Files.readString(TABLE, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Set.of();
    }
  }

  static Set<Path> below(Path root, String table) {
    Set<Path> below = new HashSet<>();
    for (String line : table.lines().toList()) {
      String[] fields = line.split(" ", -1);
      if (fields.length > MOUNT_POINT) {
        Path point = Path.of(unescaped(fields[MOUNT_POINT]));
        if (point.startsWith(root) && !point.equals(root)) {
          below.add(point);
        }
      }
    }
    return below;
  }

  private static String unescaped(String field) {
    String bytes =
        ESCAPED
            .matcher(field)
            .replaceAll((MatchResult match) -> escapedChar(Integer.parseInt(match.group(1), 8)));
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** A backslash means something in a replacement too. */
  private static String escapedChar(int code) {
    return code == '\\' ? "\\\\" : Character.toString(code);
  }
}
