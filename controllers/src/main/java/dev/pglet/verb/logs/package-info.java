/**
 * The verb {@code logs}: reads the files that servers write, as much of them as is asked for and
 * never a whole one into memory.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, and {@code dev.pglet.verb} itself.
 */
@NullMarked
package dev.pglet.verb.logs;

import org.jspecify.annotations.NullMarked;
