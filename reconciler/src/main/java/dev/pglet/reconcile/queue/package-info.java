/**
 * Which key is worked on next, and when: the work queue, its backoff, and the count of what is
 * going on.
 *
 * <p>Allowed dependencies: the JDK and {@link dev.pglet.reconcile.Scheduler}. Knows no resources.
 */
@NullMarked
package dev.pglet.reconcile.queue;

import org.jspecify.annotations.NullMarked;
