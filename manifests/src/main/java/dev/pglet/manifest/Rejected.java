package dev.pglet.manifest;

import dev.pglet.api.meta.ResourceKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

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
}
