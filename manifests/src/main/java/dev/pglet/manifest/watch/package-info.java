/**
 * When to read a directory of manifests again. Events are hints: they may be missing or too many,
 * and never say what a file holds. Whoever listens also reads again on a timer.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest.edit} for {@code FileStamp}, slf4j.
 */
@NullMarked
package dev.pglet.manifest.watch;

import org.jspecify.annotations.NullMarked;
