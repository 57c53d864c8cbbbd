/**
 * The verbs that talk to one server: {@code sql}, {@code connect}, {@code connection-string}.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, and {@code dev.pglet.verb} itself.
 */
@NullMarked
package dev.pglet.verb.sql;

import org.jspecify.annotations.NullMarked;
