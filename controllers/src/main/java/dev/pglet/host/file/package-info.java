/**
 * Files that survive a crash: written beside, synced, renamed; trees that are synced or removed.
 *
 * <p>Allowed dependencies: the JDK, {@code dev.pglet.host.account}, {@code dev.pglet.host.libc}.
 */
@NullMarked
package dev.pglet.host.file;

import org.jspecify.annotations.NullMarked;
