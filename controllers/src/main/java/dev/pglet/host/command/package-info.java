/**
 * Runs commands of the host: argument vectors, no shell, a deadline on each.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}, {@code
 * dev.pglet.host.account}.
 */
@NullMarked
package dev.pglet.host.command;

import org.jspecify.annotations.NullMarked;
