/**
 * The verbs that say how a server is configured: {@code config get}, {@code config diff}, {@code
 * config export}. What is wanted comes from the resource's controller, what is in force from the
 * server itself.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, and {@code dev.pglet.verb} itself.
 */
@NullMarked
package dev.pglet.verb.config;

import org.jspecify.annotations.NullMarked;
