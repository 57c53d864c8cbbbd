/**
 * Whether what is missing from the manifests was removed by somebody, or was lost: judged by what
 * the inventory remembers, and so in every life of a daemon alike.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.manifest}, {@code
 * dev.pglet.reconcile.state}. Changes neither.
 */
@NullMarked
package dev.pglet.reconcile.engine.loss;

import org.jspecify.annotations.NullMarked;
