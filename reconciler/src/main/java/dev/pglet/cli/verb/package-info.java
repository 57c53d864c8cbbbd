/**
 * The verbs that every kind has. Each class is one verb: its options, and what it does.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.cli}, and {@code dev.pglet.cli} itself.
 */
@NullMarked
package dev.pglet.cli.verb;

import org.jspecify.annotations.NullMarked;
