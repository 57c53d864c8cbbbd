/**
 * What this host has, as far as PostgreSQL cares: kernel, limits, file systems, versions, ports.
 * Looks and changes nothing.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, the other packages
 * of {@code dev.pglet.host}.
 */
@NullMarked
package dev.pglet.host.check;

import org.jspecify.annotations.NullMarked;
