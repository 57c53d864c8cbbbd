package dev.pglet.reconcile.testing;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a box is.
 *
 * @param looks how often it was looked at, which changes by itself; null unless they are counted
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ToyStatus(
    @Nullable String phase,
    @Nullable Integer size,
    @Nullable String colour,
    @Nullable Integer looks) {}
