/**
 * Where the kinds are put together by hand: the real host behind the ports, the controllers, their
 * verbs.
 *
 * <p>Allowed dependencies: everything of this module, {@code dev.pglet.reconcile}, {@code
 * dev.pglet.api}.
 */
@NullMarked
package dev.pglet.kinds;

import org.jspecify.annotations.NullMarked;
