/**
 * The verb {@code versions}: which PostgreSQL binaries are here, and who uses them.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}.
 */
@NullMarked
package dev.pglet.verb.versions;

import org.jspecify.annotations.NullMarked;
