/**
 * The extensions of an instance's databases: what the spec wants of them, the catalogue of what is
 * known of them, what the server says, and the steps between.
 *
 * <p>Allowed dependencies: {@code dev.pglet.instance.database}, {@code dev.pglet.server}, {@code
 * dev.pglet.host}, {@code dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.instance.extension;

import org.jspecify.annotations.NullMarked;
