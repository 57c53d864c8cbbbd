/**
 * One pass over one resource: observe, plan, run the steps, report. Decides what is true of the
 * resource; the engine decides when the next pass is.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.manifest}, {@code
 * dev.pglet.reconcile} and its {@code queue.Activity}, {@code state}, {@code observe} and {@code
 * engine.gate} and {@code engine.store}, Failsafe, Jackson's tree, slf4j.
 */
@NullMarked
package dev.pglet.reconcile.engine.pass;

import org.jspecify.annotations.NullMarked;
