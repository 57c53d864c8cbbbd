/**
 * The kind {@code Branch}: observer, planner, steps and controller.
 *
 * <p>Allowed dependencies: {@code dev.pglet.server}, {@code dev.pglet.host}, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.api}; of the kind {@code PostgreSQLInstance} only what an
 * observation publishes as {@code CloneSource}.
 */
@NullMarked
package dev.pglet.branch;

import org.jspecify.annotations.NullMarked;
