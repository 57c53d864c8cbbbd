/**
 * The kind {@code PostgreSQLInstance}: observer, planner, steps and controller.
 *
 * <p>Allowed dependencies: {@code dev.pglet.server}, {@code dev.pglet.health}, {@code
 * dev.pglet.exporter}, {@code dev.pglet.host}, {@code dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.instance;

import org.jspecify.annotations.NullMarked;
