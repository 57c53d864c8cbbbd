/**
 * The verbs that say how servers are: {@code status}, {@code health}, {@code top}.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, and {@code dev.pglet.verb} itself.
 */
@NullMarked
package dev.pglet.verb.state;

import org.jspecify.annotations.NullMarked;
