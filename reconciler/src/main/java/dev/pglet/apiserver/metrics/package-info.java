/**
 * The pages for Prometheus: what the daemon measures of itself, and what kinds show of their
 * resources.
 *
 * <p>Allowed dependencies: {@code dev.pglet.apiserver} for {@code Exchange}, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.api}, Jackson's tree.
 */
@NullMarked
package dev.pglet.apiserver.metrics;

import org.jspecify.annotations.NullMarked;
