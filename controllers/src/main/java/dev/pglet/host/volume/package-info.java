/**
 * Directories that hold a server's data, with a marker each that says whose they are.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, the packages
 * account, command and file of {@code dev.pglet.host}, Jackson.
 */
@NullMarked
package dev.pglet.host.volume;

import org.jspecify.annotations.NullMarked;
