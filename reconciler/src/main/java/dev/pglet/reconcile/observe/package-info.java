/**
 * What can be seen of the engine from outside: meters, health checks, live progress.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}, Micrometer, slf4j.
 * Nothing here serves HTTP.
 */
@NullMarked
package dev.pglet.reconcile.observe;

import org.jspecify.annotations.NullMarked;
