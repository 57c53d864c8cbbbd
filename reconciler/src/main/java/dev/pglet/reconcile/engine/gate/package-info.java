/**
 * What keeps passes out of each other's way: who holds which resource, whose turn it is to restart,
 * and what has taken too long. Nothing here is ever waited for while something is held.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}. Knows no passes.
 */
@NullMarked
package dev.pglet.reconcile.engine.gate;

import org.jspecify.annotations.NullMarked;
