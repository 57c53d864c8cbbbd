/**
 * A PostgreSQL server with its volume, port, configuration and processes: what instances and
 * branches have in common. It knows no kind; a kind asks it to observe, adds its plan to the kind's
 * own, and hands its steps back to be executed.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, {@code
 * dev.pglet.host}.
 */
@NullMarked
package dev.pglet.server;

import org.jspecify.annotations.NullMarked;
