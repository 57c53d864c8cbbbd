/**
 * The verb {@code branch}: what people do with branches every day.
 *
 * <p>Allowed dependencies: as its parent's, and {@code dev.pglet.verb.sql} for addresses.
 */
@NullMarked
package dev.pglet.verb.branch;

import org.jspecify.annotations.NullMarked;
