package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How the data is held.
 *
 * @param driver {@code btrfs}, {@code reflink} or {@code copy}
 * @param pool the directory that the volume lies in
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StorageStatus(@Nullable String driver, @Nullable String pool) {}
