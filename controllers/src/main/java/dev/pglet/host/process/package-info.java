/**
 * Processes of this host as {@code /proc} shows them, and signals to exactly one of them.
 *
 * <p>Allowed dependencies: the JDK, {@code dev.pglet.host.libc}.
 */
@NullMarked
package dev.pglet.host.process;

import org.jspecify.annotations.NullMarked;
