package dev.pglet.host.volume;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a copy leaves out; the patterns of {@link Volumes.CopyRequest#excluded}. */
final class Exclusions {
  private final List<Pattern> names;
  private final List<Pattern> paths;

  Exclusions(Set<String> patterns) {
    names = patterns.stream().filter(p -> p.indexOf('/') < 0).map(Exclusions::glob).toList();
    paths = patterns.stream().filter(p -> p.indexOf('/') >= 0).map(Exclusions::glob).toList();
  }

  /** Whether to leave out the file or directory at that path, which is relative to the source. */
  boolean excludes(Path relative) {
    String name = relative.getFileName().toString();
    String path = relative.toString();
    return names.stream().anyMatch(pattern -> pattern.matcher(name).matches())
        || paths.stream().anyMatch(pattern -> pattern.matcher(path).matches());
  }

  private static Pattern glob(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (String literal : pattern.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : "[^/]*").append(Pattern.quote(literal));
    }
    return Pattern.compile(regex.toString());
  }
}
