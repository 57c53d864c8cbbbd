/**
 * What typed fields of a spec mean as settings of PostgreSQL, and which settings cannot go
 * together. Pure: reads no host and no clock.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}.
 */
@NullMarked
package dev.pglet.server.config;

import org.jspecify.annotations.NullMarked;
