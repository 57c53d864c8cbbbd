package dev.pglet.host.volume;

import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import java.util.Optional;

/**
 * The volumes of a data root that could be found, and what could not be read: whoever looks for one
 * volume must not take it for gone because its disk is not mounted, and all others must not suffer
 * from that.
 *
 * @param foreign volumes of other data roots in the same pools: only their ports matter here
 */
public record Inventory(List<Volume> volumes, List<Volume> foreign, List<Unreadable> unreadable) {
  /**
   * Something that could not be read.
   *
   * @param volume the id of the one volume that it hides; empty when it may hide any
   */
  public record Unreadable(Optional<String> volume, ReconcileException problem) {
    boolean mayHide(String id) {
      return volume.isEmpty() || volume.get().equals(id);
    }
  }

  public Inventory {
    volumes = List.copyOf(volumes);
    foreign = List.copyOf(foreign);
    unreadable = List.copyOf(unreadable);
  }

  /**
   * The volume of one incarnation; empty when it is certain that there is none.
   *
   * @throws ReconcileException when it was not found, and may be in what could not be read
   */
  public Optional<Volume> find(String uid, int incarnation) throws ReconcileException {
    for (Volume volume : volumes) {
      if (volume.marker().uid().equals(uid) && volume.marker().incarnation() == incarnation) {
        return Optional.of(volume);
      }
    }
    String id = VolumeMarker.id(uid, incarnation);
    for (Unreadable one : unreadable) {
      if (one.mayHide(id)) {
        throw one.problem();
      }
    }
    return Optional.empty();
  }
}
