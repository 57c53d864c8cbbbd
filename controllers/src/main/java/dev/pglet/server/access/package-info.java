/**
 * Who may log in to a server: the rules that a spec asks for, what cannot be one, and pg_hba.conf.
 * All of it is pure, but for {@link dev.pglet.server.access.RuleFile}, which asks a running server.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}, {@code
 * dev.pglet.host.certificate}.
 */
@NullMarked
package dev.pglet.server.access;

import org.jspecify.annotations.NullMarked;
