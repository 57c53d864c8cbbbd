/**
 * The engine as the daemon and the command line use it: {@link dev.pglet.reconcile.engine.Engine}
 * with its workers, and {@link dev.pglet.reconcile.engine.Observed} where no daemon runs. It knows
 * resources, never what they stand for.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.manifest}, {@code
 * dev.pglet.reconcile} and its {@code queue}, {@code state} and {@code observe}, the subpackages
 * {@code gate}, {@code pass}, {@code spec} and {@code store}, Jackson, Micrometer, slf4j.
 */
@NullMarked
package dev.pglet.reconcile.engine;

import org.jspecify.annotations.NullMarked;
