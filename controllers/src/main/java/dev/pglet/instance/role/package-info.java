/**
 * The roles of an instance: what the spec wants of them, what the server says, and the steps
 * between. Passwords are read when they are set and at no other place; what is observed and planned
 * holds keyed hashes.
 *
 * <p>Allowed dependencies: {@code dev.pglet.server}, {@code dev.pglet.host}, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.instance.role;

import org.jspecify.annotations.NullMarked;
