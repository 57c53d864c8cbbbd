/**
 * Where a server keeps what it does not keep in its volume, and the files of its log.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, {@code
 * dev.pglet.host}.
 */
@NullMarked
package dev.pglet.server.place;

import org.jspecify.annotations.NullMarked;
