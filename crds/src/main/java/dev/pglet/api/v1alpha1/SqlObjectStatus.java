package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What became of an entry that is made by SQL.
 *
 * @param applied whether it is as the spec says
 * @param version of an extension
 * @param message why it is not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SqlObjectStatus(
    String name, boolean applied, @Nullable String version, @Nullable String message) {}
