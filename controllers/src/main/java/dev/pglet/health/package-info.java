/**
 * How well a server is: what is asked of it and of the file system under it in a pass, and what
 * that means for the status and the conditions. Sizes are measured on a slow timer beside the
 * passes.
 *
 * <p>Allowed dependencies: {@code dev.pglet.server}, {@code dev.pglet.host.postgres}, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.health;

import org.jspecify.annotations.NullMarked;
