/**
 * Which account of the operating system servers run as.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.host.account;

import org.jspecify.annotations.NullMarked;
