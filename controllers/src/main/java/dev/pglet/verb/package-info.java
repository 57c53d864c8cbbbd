/**
 * The verbs of every day for servers, and what they share: which server a name means, where it
 * listens, and who may log in there.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}, {@code
 * dev.pglet.cli}, {@code dev.pglet.host}. No controller: a verb knows of a server what its status
 * shows.
 */
@NullMarked
package dev.pglet.verb;

import org.jspecify.annotations.NullMarked;
