package dev.pglet.manifest;

import dev.pglet.api.meta.ResourceKey;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file, or one document of it, that is not in force.
 *
 * @param keys the resources that it seems to be about, as far as that can be told
 */
public record Rejected(Path file, List<Problem> problems, Set<ResourceKey> keys) {
  public Rejected {
    problems = List.copyOf(problems);
    keys = Set.copyOf(keys);
  }

  /** A file of which a broken write has left too little to say that these were removed. */
  public static Rejected cutOff(Path file, Collection<ResourceKey> lost) {
    String names = lost.stream().map(ResourceKey::toString).collect(Collectors.joining(", "));
    String message =
        ("seems to be cut off: %s stood in it, and stays in force. Write the file whole; to delete,"
                + " remove the file, or run: pglet delete %s")
            .formatted(names, names.replace(", ", " "));
    return new Rejected(file, List.of(new Problem(file, 0, 0, "", message)), Set.copyOf(lost));
  }
}
