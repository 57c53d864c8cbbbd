package dev.pglet.reconcile.testing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a box shall be.
 *
 * @param size to change it the box is made anew: what is in it is lost
 * @param colour painted any time
 * @param on the name of the box that it stands on, which must be available first
 * @param keep whether a deletion leaves the box there
 * @param lid to change it the box is closed and opened again
 * @param contents put in by an operation
 * @param desiredState Stopped for a closed box
 */
public record ToySpec(
    @Nullable Integer size,
    @Nullable String colour,
    @Nullable String on,
    @Nullable Boolean keep,
    @Nullable String lid,
    @Nullable Map<String, String> labels,
    @Nullable String contents,
    @Nullable String desiredState) {
  public ToySpec {
    size = size == null ? Integer.valueOf(1) : size;
    colour = colour == null ? "white" : colour;
    lid = lid == null ? "plain" : lid;
    keep = keep == null ? Boolean.FALSE : keep;
    labels = labels == null ? Map.of() : Map.copyOf(labels);
  }
}
