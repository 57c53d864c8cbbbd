/**
 * What a pass would do: the same code, cut after the plan, built without anything that can execute
 * or write.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.manifest} (to compare trees),
 * {@code dev.pglet.reconcile}, {@code engine.pass} and {@code engine.store}, Jackson's tree.
 */
@NullMarked
package dev.pglet.reconcile.engine.preview;

import org.jspecify.annotations.NullMarked;
