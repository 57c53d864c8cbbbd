/**
 * Directories that hold a server's data, with a marker each that says whose they are.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, {@code
 * dev.pglet.host.account}, {@code dev.pglet.host.command}.
 */
@NullMarked
package dev.pglet.host.volume;

import org.jspecify.annotations.NullMarked;
