/**
 * Calling the C library, for the few calls that Java has no equal of.
 *
 * <p>Allowed dependencies: the JDK.
 */
@NullMarked
package dev.pglet.host.libc;

import org.jspecify.annotations.NullMarked;
