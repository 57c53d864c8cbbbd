/**
 * The state directory: the lock of the one daemon, the inventory with its tombstones, the journals
 * of operations, the events. All of it can be lost: what must not be lost lies in the markers on
 * the volumes, and the inventory is rebuilt from them.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}, Jackson, slf4j.
 */
@NullMarked
package dev.pglet.reconcile.state;

import org.jspecify.annotations.NullMarked;
