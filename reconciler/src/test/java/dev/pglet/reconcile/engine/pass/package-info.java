/** Tests of single passes' parts. */
@NullMarked
package dev.pglet.reconcile.engine.pass;

import org.jspecify.annotations.NullMarked;
