package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.server.CloneSource;
import dev.pglet.server.ServerObserved;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What there is of a branch.
 *
 * @param ownParameters the settings that its spec writes by name
 * @param facts what the marker remembers of the clone; absent until it is taken
 * @param source the resource to clone, while the clone is not taken
 * @param copy the operation that takes the clone
 * @param passfile whether the owner's passfile is there
 * @param children branches that name this one as their source
 */
public record BranchObserved(
    String uid,
    Map<String, String> ownParameters,
    ServerObserved server,
    Optional<CloneFacts> facts,
    Source source,
    Optional<OperationState> copy,
    boolean passfile,
    List<ResourceKey> children)
    implements CloneSource {
  public BranchObserved {
    ownParameters = Map.copyOf(ownParameters);
    children = List.copyOf(children);
  }

  /** The resource to clone. */
  public sealed interface Source {
    /** The clone is taken: the source does not matter any more. */
    record Taken() implements Source {}

    /** There is no such resource. */
    record Missing() implements Source {}

    /** It is there, and its data is not complete yet or not consistent now. */
    record NotReady(String why) implements Source {}

    /** It can never be cloned. */
    record Impossible(String why, String remedy) implements Source {}

    /**
     * It can be cloned now.
     *
     * @param uid of the source
     * @param running whether its server runs
     * @param runWith what the data was last run with, which the branch keeps
     */
    record Ready(String uid, boolean running, RunWith runWith) implements Source {}
  }

  @Override
  public String database() {
    return facts.map(CloneFacts::database).orElse("");
  }

  @Override
  public String owner() {
    return facts.map(CloneFacts::owner).orElse("");
  }

  /** Those of its source, and over them its own. */
  @Override
  public Map<String, String> parameters() {
    Map<String, String> settings = new TreeMap<>(ofSource());
    ownParameters.forEach((name, value) -> settings.put(name.toLowerCase(Locale.ROOT), value));
    return settings;
  }

  /** The settings that the source handed on. */
  Map<String, String> ofSource() {
    return facts.map(CloneFacts::parameters).orElse(Map.of());
  }

  @Override
  public boolean complete() {
    return server.initialized() && phase() == VolumeMarker.Phase.READY;
  }

  /** Of the volume's marker; BUILDING while there is none. */
  VolumeMarker.Phase phase() {
    return server
        .volume()
        .map(volume -> volume.marker().phase())
        .orElse(VolumeMarker.Phase.BUILDING);
  }
}
