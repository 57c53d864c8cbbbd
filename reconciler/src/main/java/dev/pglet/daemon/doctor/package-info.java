/**
 * The verb {@code doctor}: looks at what pglet stands on, changes nothing, and guesses nothing.
 *
 * <p>Allowed dependencies: {@code dev.pglet.daemon.settings} and everything that it may use, {@code
 * dev.pglet.cli}.
 */
@NullMarked
package dev.pglet.daemon.doctor;

import org.jspecify.annotations.NullMarked;
