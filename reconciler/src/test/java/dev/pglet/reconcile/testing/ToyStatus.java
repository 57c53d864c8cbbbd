package dev.pglet.reconcile.testing;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** What a box is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ToyStatus(@Nullable String phase, @Nullable Integer size, @Nullable String colour) {}
