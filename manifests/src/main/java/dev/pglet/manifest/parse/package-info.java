/**
 * YAML text to resources, strictly: what this package accepts means the same to every reader, and
 * what it refuses it refuses with the place and the remedy. Pure: it knows texts, not files.
 *
 * <p>Values are bound from the text of the scalars, never from what a YAML library makes of them,
 * so that {@code fsync: off} arrives as {@code off} and {@code 0700} as {@code 0700}.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, Jackson, snakeyaml-engine, networknt's validator.
 */
@NullMarked
package dev.pglet.manifest.parse;

import org.jspecify.annotations.NullMarked;
