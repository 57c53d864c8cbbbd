/**
 * PostgreSQL on this host: binaries, processes, connections. Knows no kind.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, and of {@code
 * dev.pglet.host} the packages account, command, file and process.
 */
@NullMarked
package dev.pglet.host.postgres;

import org.jspecify.annotations.NullMarked;
