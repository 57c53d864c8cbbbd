package dev.pglet.manifest;

import dev.pglet.api.meta.ResourceKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a manifest root says at one time.
 *
 * @param accepted the documents in force. A document whose file has stopped being acceptable stays
 *     here in its last good version
 * @param rejected what is not in force, and why
 * @param complete whether the absence of a key means that no file names it: the root was read
 *     whole, nothing is rejected, nothing is still settling
 * @param incompleteBecause for people; empty when complete
 * @param settleIn scan again after this time: a file is too young to be accepted
 * @param origin where it was read; empty when the root could not be read, or holds no manifest at
 *     all
 */
public record Snapshot(
    Map<ResourceKey, Manifest> accepted,
    List<Rejected> rejected,
    boolean complete,
    String incompleteBecause,
    Optional<Duration> settleIn,
    Optional<Origin> origin) {
  public Snapshot {
    accepted = Map.copyOf(accepted);
    rejected = List.copyOf(rejected);
  }
}
