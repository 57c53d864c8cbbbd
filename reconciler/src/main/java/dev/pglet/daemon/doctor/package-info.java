/**
 * The verbs {@code doctor} and {@code check}: look at what pglet stands on, change nothing, and
 * guess nothing.
 *
 * <p>Allowed dependencies: {@code dev.pglet.daemon.settings} and everything that it may use, {@code
 * dev.pglet.cli}.
 */
@NullMarked
package dev.pglet.daemon.doctor;

import org.jspecify.annotations.NullMarked;
