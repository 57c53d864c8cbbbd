/**
 * TCP ports of this host: which are free, who holds the others.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, {@code
 * dev.pglet.host.process}.
 */
@NullMarked
package dev.pglet.host.port;

import org.jspecify.annotations.NullMarked;
