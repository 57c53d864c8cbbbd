/**
 * The verbs about earlier specs. What they write goes through the same edit of the manifest as any
 * other.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.cli.verb}, {@code dev.pglet.cli.verb} itself,
 * and the editor of {@code dev.pglet.manifest}.
 */
@NullMarked
package dev.pglet.cli.history;

import org.jspecify.annotations.NullMarked;
