/**
 * The daemon's API from the outside: HTTP/1.1 over its Unix socket, and {@link
 * dev.pglet.reconcile.Resources} on top of that.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}, Jackson's tree.
 */
@NullMarked
package dev.pglet.cli.client;

import org.jspecify.annotations.NullMarked;
