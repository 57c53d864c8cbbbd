package dev.pglet.reconcile.testing;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a box is.
 *
 * @param restartToken the id in {@code pglet.dev/restart} that is done
 * @param reloadToken the id in {@code pglet.dev/reload} that is done
 * @param looks how often it was looked at, which changes by itself; null unless they are counted
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ToyStatus(
    @Nullable String phase,
    @Nullable Integer size,
    @Nullable String colour,
    @Nullable String restartToken,
    @Nullable String reloadToken,
    @Nullable Integer looks) {}
