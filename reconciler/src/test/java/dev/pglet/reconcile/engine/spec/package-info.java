/** Tests of {@code dev.pglet.reconcile.engine.spec}. */
@NullMarked
package dev.pglet.reconcile.engine.spec;

import org.jspecify.annotations.NullMarked;
