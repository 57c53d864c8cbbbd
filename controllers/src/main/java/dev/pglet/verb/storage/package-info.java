/**
 * The verb about the space that servers have: {@code storage release}.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, and {@code dev.pglet.verb} itself.
 */
@NullMarked
package dev.pglet.verb.storage;

import org.jspecify.annotations.NullMarked;
