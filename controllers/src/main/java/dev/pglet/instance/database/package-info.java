/**
 * The databases of an instance: what the spec wants of them, what the server says, and the steps
 * between.
 *
 * <p>Allowed dependencies: {@code dev.pglet.instance.role}, {@code dev.pglet.server}, {@code
 * dev.pglet.host}, {@code dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.instance.database;

import org.jspecify.annotations.NullMarked;
