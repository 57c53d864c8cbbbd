/**
 * What is asked of a server beside its spec, and what became of it while nobody asked: annotations
 * that are verbs, ends of a server by itself, full disks, lost data. Pure but for what reads the
 * host for it. The memory is in the facts of the volume's marker.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, {@code
 * dev.pglet.host}.
 */
@NullMarked
package dev.pglet.supervision;

import org.jspecify.annotations.NullMarked;
