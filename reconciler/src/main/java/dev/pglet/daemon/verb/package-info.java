/**
 * The verbs that run an engine themselves, end one, or set its surroundings up.
 *
 * <p>Allowed dependencies: {@code dev.pglet.daemon} and everything that it may use.
 */
@NullMarked
package dev.pglet.daemon.verb;

import org.jspecify.annotations.NullMarked;
