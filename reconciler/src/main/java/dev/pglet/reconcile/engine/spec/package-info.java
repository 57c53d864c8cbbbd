/**
 * The whole spec of each scanned document: what the manifests, the inventory and the layers of a
 * kind say together. A spec that cannot be put together stays as it was.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api.meta}, {@code dev.pglet.manifest} and its {@code
 * layer}, {@code dev.pglet.reconcile.state}, {@code dev.pglet.reconcile.engine.store}, Jackson.
 */
@NullMarked
package dev.pglet.reconcile.engine.spec;

import org.jspecify.annotations.NullMarked;
