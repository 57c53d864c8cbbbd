package dev.pglet.host.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Where something is mounted, as {@code /proc/self/mountinfo} says (proc(5)). Stateless. */
public final class MountPoints {
  private static final int MOUNT_POINT = 4;

  /** Blanks, tabs, line ends and backslashes; nothing else is escaped. */
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

  private MountPoints() {}

  /** All below a directory, without that itself. */
  public static List<Path> below(Path directory) throws IOException {
    Path real = directory.toRealPath();
    // Names need not be text, and each byte is one character here.
    return Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields.length > MOUNT_POINT)
        .map(fields -> unescaped(fields[MOUNT_POINT]).getBytes(StandardCharsets.ISO_8859_1))
        .map(bytes -> Path.of(new String(bytes, StandardCharsets.UTF_8)))
        .filter(point -> point.startsWith(real) && !point.equals(real))
        .toList();
  }

  private static String unescaped(String field) {
    return ESCAPED
        .matcher(field)
        .replaceAll((MatchResult octal) -> replacement(Integer.parseInt(octal.group(1), 8)));
  }

  /** A backslash means something in a replacement too. */
  private static String replacement(int code) {
    return code == '\\' ? "\\\\" : Character.toString(code);
  }
}
