/**
 * The resources in memory: what manifests and inventory say together, what was observed, and the
 * objects of the API with their changes.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.manifest}, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.reconcile.state}, Jackson.
 */
@NullMarked
package dev.pglet.reconcile.engine.store;

import org.jspecify.annotations.NullMarked;
