/**
 * All that the author of a kind sees: what to implement ({@link dev.pglet.reconcile.KindProvider},
 * {@link dev.pglet.reconcile.Controller}), what plans are made of, what the engine gives, and the
 * errors.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, Jackson's tree, picocli's model. Nothing of the
 * engine, the API server or the CLI.
 */
@NullMarked
package dev.pglet.reconcile;

import org.jspecify.annotations.NullMarked;
