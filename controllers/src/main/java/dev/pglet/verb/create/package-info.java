/**
 * The verb {@code create}: a manifest from a few words.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, {@code dev.pglet.manifest}.
 */
@NullMarked
package dev.pglet.verb.create;

import org.jspecify.annotations.NullMarked;
