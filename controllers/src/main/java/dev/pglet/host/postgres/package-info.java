/**
 * PostgreSQL on this host: binaries, processes, connections. Knows no kind.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, the other {@code
 * dev.pglet.host} packages.
 */
@NullMarked
package dev.pglet.host.postgres;

import org.jspecify.annotations.NullMarked;
